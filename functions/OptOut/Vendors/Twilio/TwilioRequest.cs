using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Links;

namespace OptOut.Vendors.Twilio;

/// <summary>A webhook of Twilio's that is believed: its parameters, whichever way they were written.</summary>
internal sealed class TwilioRequest
{
    private readonly Dictionary<string, string> _values;

    private TwilioRequest(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        _values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
            _values.TryAdd(name, value);
    }

    /// <summary>Empty where there is none.</summary>
    public string this[string name] => _values.GetValueOrDefault(name, "");

    /// <summary>
    /// The id of the message: the same each time this is sent. Empty where it is none that can be kept
    /// (https://www.twilio.com/docs/glossary/what-is-a-sid: two letters and 32 hexadecimal digits).
    /// </summary>
    public string MessageSid => (this["MessageSid"] is { Length: > 0 } sid ? sid : this["SmsSid"]) is { Length: 34 } id && id.All(char.IsAsciiLetterOrDigit) ? id : "";

    // The JSON form is a flat object. Whoever sends something else has signed it, and it has no parameters.
    internal static IReadOnlyList<KeyValuePair<string, string>> Json(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.ValueKind != JsonValueKind.Object
                ? []
                : [.. json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(p => KeyValuePair.Create(p.Name, p.Value.ToString()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> Form(ReadOnlySpan<byte> body) =>
    [
        .. Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(WebUtility.UrlDecode(pair[0]), pair.Length == 2 ? WebUtility.UrlDecode(pair[1]) : "")),
    ];

    internal static TwilioRequest Of(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs);
}

/// <summary>Reads webhooks, but none that Twilio did not sign for this address.</summary>
internal sealed class TwilioRequestReader(IOptions<TwilioOptions> options, IOptions<LinkOptions> links)
{
    /// <summary>An SMS has 1,600 characters at most, each up to twelve bytes in a form, and some twenty short parameters beside them.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly TwilioSignature _signature = new(options.Value.AuthTokens);

    // As it was typed in: a host in capitals is signed in capitals.
    private readonly string _base = (options.Value.WebhookBaseUrl ?? links.Value.BaseUrl)!.OriginalString.TrimEnd('/');

    /// <summary>Whether the headers could be Twilio's.</summary>
    public static bool MayBeSigned(HttpRequest request) => TwilioSignature.CouldBe(request.Headers[TwilioSignature.Header]);

    /// <param name="request">Its headers and its query.</param>
    /// <param name="path">As of <see cref="IVendorDoor.Path"/>.</param>
    /// <param name="body">The bytes as they came.</param>
    /// <returns>Null when it is not believed.</returns>
    public TwilioRequest? Read(HttpRequest request, string path, ReadOnlyMemory<byte> body)
    {
        // A form is signed by its parameters, so they are taken apart first; nothing is made of them before the signature holds.
        var isJson = request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is true;
        var form = isJson ? [] : TwilioRequest.Form(body.Span);
        if (!_signature.Verify(request.Headers[TwilioSignature.Header], $"{_base}/webhooks/{path}{request.QueryString.Value}", body.Span, form))
            return null;

        // A JSON body that is not in the signature was not signed at all: it says nothing.
        return TwilioRequest.Of(!isJson ? form : request.Query.ContainsKey("bodySHA256") ? TwilioRequest.Json(body.Span) : []);
    }
}
