using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OptOut.Vendors.Twilio;

/// <summary>The parameters of an authentic webhook request from Twilio, in either of its formats.</summary>
internal sealed partial class TwilioRequest
{
    private readonly Dictionary<string, string> _values;
    private readonly string _signed;

    internal TwilioRequest(IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        _signed = TwilioSignature.Text(pairs);
        _values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
            _values.TryAdd(name, value);
    }

    /// <summary>The value of a parameter; empty when there is none.</summary>
    public string this[string name] => _values.GetValueOrDefault(name, "");

    /// <summary>
    /// The id of the message, the same each time the request is sent. Empty if it is not an id that can be stored
    /// (https://www.twilio.com/docs/glossary/what-is-a-sid: two letters and 32 hexadecimal digits).
    /// </summary>
    /// <remarks>
    /// Names and values are signed without a separator, so the signature of a captured request fits wherever one ends and the next begins.
    /// The signed text still has the id when no parameter has: the captured request remains the same message.
    /// </remarks>
    public string MessageSid =>
        (this["MessageSid"] is { Length: > 0 } sid ? sid : this["SmsSid"]) is { Length: 34 } id && id.All(char.IsAsciiLetterOrDigit)
            ? id
            : HiddenSid().Match(_signed).Groups["sid"].Value;

    [GeneratedRegex("(?:MessageSid|SmsSid)(?<sid>[A-Z]{2}[0-9a-f]{32})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HiddenSid();

    // The JSON format is a flat object. Anything else has no parameters, although it was signed. A parameter that is not text, because half
    // a surrogate pair stands in it, is left out, and the others are read.
    internal static IReadOnlyList<KeyValuePair<string, string>> Json(ReadOnlyMemory<byte> body) =>
        VendorField.Parse(body) is { ValueKind: JsonValueKind.Object } json
            ? [.. json.EnumerateObject().Select(Parameter).OfType<KeyValuePair<string, string>>()]
            : [];

    private static KeyValuePair<string, string>? Parameter(JsonProperty property)
    {
        var value = property.Value.ValueKind == JsonValueKind.Number ? property.Value.GetRawText() : property.Value.Text();
        return value is not null && property.TryName() is { } name ? KeyValuePair.Create(name, value) : null;
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> Form(ReadOnlySpan<byte> body) =>
    [
        .. Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(WebUtility.UrlDecode(pair[0]), pair.Length == 2 ? WebUtility.UrlDecode(pair[1]) : "")),
    ];
}
