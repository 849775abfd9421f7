using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.ReadyTexts;

/// <summary>One text, ready to paste.</summary>
/// <param name="Plain">As it is printed, spoken or sent as text.</param>
/// <param name="Where">Where it belongs.</param>
/// <param name="Rule">Which rule asks for it.</param>
/// <param name="Html">The same in HTML, everything in it escaped; null where HTML has no use.</param>
/// <param name="Septets">Of an SMS: what the words take of the 160 septets of one part, the link not counted (3GPP TS 23.038).</param>
/// <param name="SeptetsWithLink">The same with a person's link, whose length is always the same.</param>
/// <param name="QrSvg">Of printed matter: the QR code as an SVG image; null without a code.</param>
internal sealed record ReadyText(string Plain, string Where, string Rule, string? Html = null, int? Septets = null, int? SeptetsWithLink = null, string? QrSvg = null);

/// <summary>The texts by which every message, call, leaflet and statement offers the way out, in one language and in the controller's name.</summary>
/// <param name="Language">nl, fr, de or en.</param>
/// <param name="Placeholders">What is still to be filled in, and where it comes from.</param>
internal sealed record ReadyTextSet(
    string Language,
    IReadOnlyDictionary<string, string> Placeholders,
    ReadyText MailFooter,
    ReadyText SmsSuffix,
    ReadyText Leaflet,
    ReadyText CallScript,
    ReadyText PrivacyStatement);

[JsonSerializable(typeof(ReadyTextSet))]
internal sealed partial class ReadyTextJson : JsonSerializerContext
{
    /// <summary>People copy from this answer, so its letters and its HTML stand there as they are. It is served as JSON, never inside a page.</summary>
    public static ReadyTextJson Legible { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
