using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Platform.Http;

namespace OptOut.Api.ReadyTexts;

/// <summary>One text, ready to paste. What a derived record adds is written after these three.</summary>
internal abstract record ReadyText(
    [property: JsonPropertyOrder(-1), Description("As it is printed, spoken or sent as text.")] string Plain,
    [property: JsonPropertyOrder(-1), Description("Where it belongs.")] string Where,
    [property: JsonPropertyOrder(-1), Description("Which rule asks for it.")] string Rule);

[Description("A text, ready to paste.")]
internal sealed record HtmlText(
    string Plain, string Where, string Rule, [property: Description("The same in HTML, everything in it escaped.")] string Html)
    : ReadyText(Plain, Where, Rule);

[Description("A text in the alphabet of an SMS.")]
internal sealed record SmsText(
    string Plain,
    string Where,
    string Rule,
    [property: Range(1, 160), Description("What the words take of the 160 septets of one part, the link not counted (3GPP TS 23.038).")]
    int Septets,
    [property: Range(1, int.MaxValue), Description("The same with a person's link, whose length is always the same.")]
    int SeptetsWithLink)
    : ReadyText(Plain, Where, Rule);

[Description("A text to print.")]
internal sealed record PrintText(
    string Plain, string Where, string Rule, [property: Description("With `printed_code`: its QR code.")] string? QrSvg)
    : ReadyText(Plain, Where, Rule);

/// <summary>The texts by which every message, call, leaflet and statement offers the way out, in one language and in the controller's name.</summary>
internal sealed record ReadyTextSet(
    [property: SchemaRef("Language")] string Language,
    [property: Description("What is still to be filled in, and where it comes from.")] IReadOnlyDictionary<string, string> Placeholders,
    HtmlText MailFooter,
    SmsText SmsSuffix,
    PrintText Leaflet,
    HtmlText CallScript,
    HtmlText PrivacyStatement);

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
