using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Platform.Http;

namespace OptOut.Api.ReadyTexts;

/// <summary>One text, ready to paste. The properties of a derived record are written after these three.</summary>
internal abstract record ReadyText(
    [property: JsonPropertyOrder(-1), Description("The text to print, to read out or to send as plain text.")] string Plain,
    [property: JsonPropertyOrder(-1), Description("Where to use it.")] string Where,
    [property: JsonPropertyOrder(-1), Description("The rule that requires it.")] string Rule);

[Description("A text, ready to paste.")]
internal sealed record HtmlText(
    string Plain, string Where, string Rule, [property: Description("The same in HTML, with everything in it escaped.")] string Html)
    : ReadyText(Plain, Where, Rule);

[Description("A text in the character set of an SMS.")]
internal sealed record SmsText(
    string Plain,
    string Where,
    string Rule,
    [property: Range(1, 160), Description("How many of the 160 septets of one SMS part the words take, without the link (3GPP TS 23.038).")]
    int Septets,
    [property: Range(1, int.MaxValue), Description("The same with a person's link, which always has the same length.")]
    int SeptetsWithLink)
    : ReadyText(Plain, Where, Rule);

[Description("A text to print.")]
internal sealed record PrintText(
    string Plain, string Where, string Rule, [property: Description("With `printed_code`: the QR code of that code.")] string? QrSvg)
    : ReadyText(Plain, Where, Rule);

/// <summary>
/// The texts with which every message, call, leaflet and statement offers the opt-out, in one language and in the controller's name.
/// </summary>
internal sealed record ReadyTextSet(
    [property: SchemaRef("Language")] string Language,
    [property: Description("What is still to be filled in, and where to get it.")] IReadOnlyDictionary<string, string> Placeholders,
    HtmlText MailFooter,
    SmsText SmsSuffix,
    PrintText Leaflet,
    HtmlText CallScript,
    HtmlText PrivacyStatement);

[JsonSerializable(typeof(ReadyTextSet))]
internal sealed partial class ReadyTextJson : JsonSerializerContext
{
    /// <summary>
    /// Leaves letters and HTML unescaped, because people copy from this response. It is served as JSON, never inside an HTML page.
    /// </summary>
    public static ReadyTextJson Legible { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
