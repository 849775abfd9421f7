using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using OptOut.Replies.Mail;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// The form that Inbound Parse posts for a mail
/// (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook). It has two shapes: parsed
/// (<c>headers</c>, <c>text</c>, <c>html</c>), or raw (<c>email</c>, if the setting <i>POST the raw, full MIME message</i> is on).
/// Attachments are ignored. Nothing in the form can make reading fail: whatever cannot be read is left out. A body that is not a form at
/// all is treated as the text of a mail, and so is a raw mail whose header section is too long: a person still sees it.
/// </summary>
internal sealed class SendGridInboundForm
{
    // The size limit of one field, in bytes. A mail's own text comes before its attachments.
    private const int MaxField = 4 * 1024 * 1024;

    private const int MaxMessageId = 998, MaxParts = 1_000;

    // RFC 2046 section 5.1.1 limits a boundary to 70 characters.
    private const int MaxBoundary = 200;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly List<(string Name, ReadOnlyMemory<byte> Value)> _fields = [];
    private readonly Dictionary<string, string> _charsets;
    private readonly MailHeaders? _headers;
    private readonly string _text, _html;
    private bool _isPartial;

    private SendGridInboundForm(ReadOnlyMemory<byte> body, string? contentType)
    {
        _body = body;
        Read(MediaTypeHeaderValue.TryParse(contentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null);
        if (_fields.Count == 0)
            Read(FirstBoundary(body.Span));
        _charsets = Json("charsets", SendGridInboundJson.Default.DictionaryStringString) ?? [];
        var raw = Field("email");
        if (raw.IsEmpty)
        {
            // This field contains nothing of the mail's body, so an empty line in it would hide header fields.
            var scan = MimeScan.OfMail(Field("headers"), maxDepth: 1, maxLeaves: 1);
            (_headers, _text, _html, _isPartial) = (
                scan.Headers, "", "", _isPartial || scan.Body.Span.ContainsAnyExcept(MimeScan.WhiteSpace));
        }
        else
        {
            (_headers, _text, _html) = MailText.Read(raw);
            if (_headers is null)
                _text = MailCharset.Decode(raw.Span, null);
        }
    }

    /// <summary>False for a body that has no field of the form, and when a limit left something unread.</summary>
    public bool IsReadable => _fields.Count > 0 && _headers is not null && !_isPartial;

    // SendGrid's boundary is always the same, so a mail can contain a delimiter and fields made up by its sender. SendGrid still adds its
    // own fields, so they appear twice, or after a closing delimiter inside the mail. Such a form proves nothing about its sender.
    private bool IsUnambiguous => IsReadable
        && Array.TrueForAll(["headers", "email", "envelope", "dkim", "SPF"], name => _fields.Count(f => f.Name == name) <= 1);

    public static SendGridInboundForm Read(ReadOnlyMemory<byte> body, string? contentType) => new(body, contentType);

    public ReceivedMail ToMail(DateTimeOffset at)
    {
        if (_fields.Count == 0)
            return Unread(at);

        var headers = _headers ?? MailHeaders.None;
        var envelopes = Envelopes();
        return new ReceivedMail
        {
            Key = headers["Message-ID"] is { Length: > 0 and <= MaxMessageId } id ? $"id:{id}" : Hash(),
            At = at,
            Recipients = [.. envelopes.SelectMany(e => e.To ?? []).OfType<string>()],
            ReturnPath = envelopes.FirstOrDefault()?.From?.Trim(' ', '<', '>'),
            Headers = headers,
            SubjectLine = Text("subject") is { Length: > 0 } subject ? subject : headers["Subject"] ?? "",
            Text = Text("text") + _text,
            Html = Text("html") + _html,
            DkimDomains = IsUnambiguous ? SendGridVerdicts.DkimDomains(Text("dkim"), headers) : [],
            SpfPass = IsUnambiguous && SendGridVerdicts.SpfPassed(Text("SPF")),
        };
    }

    private ReceivedMail Unread(DateTimeOffset at) => new()
    {
        Key = Hash(),
        At = at,
        Recipients = [],
        ReturnPath = null,
        Headers = MailHeaders.None,
        SubjectLine = "",
        Text = MailCharset.Decode(Cut(_body).Span, null),
        Html = "",
        DkimDomains = [],
        SpfPass = false,
    };

    private void Read(string? boundary)
    {
        if (boundary is not { Length: > 0 and <= MaxBoundary } || boundary.AsSpan().ContainsAnyExceptInRange(' ', '~')
            || boundary.AsSpan().ContainsAny('"', '\\'))
        {
            return;
        }

        var form = MimeScan.OfForm(_body, boundary, MaxParts);
        _isPartial = form.IsCut || form.HasEpilogue;
        foreach (var part in form.Leaves)
        {
            if (part.Disposition is { FileName: null } disposition
                && disposition.Disposition.Equals("form-data", StringComparison.OrdinalIgnoreCase)
                && disposition.Parameters["name"] is { Length: > 0 } name)
            {
                _fields.Add((name, Cut(part.Body)));
            }
        }
    }

    private ReadOnlyMemory<byte> Field(string name) => _fields.Find(f => f.Name == name).Value;

    // If a field appears twice, both are read.
    private string Text(string name) =>
        string.Join(
            '\n', _fields.Where(f => f.Name == name).Select(f => MailCharset.Decode(f.Value.Span, _charsets?.GetValueOrDefault(name))));

    private List<SendGridEnvelope> Envelopes()
    {
        var envelopes = new List<SendGridEnvelope>();
        foreach (var (_, value) in _fields.Where(f => f.Name == "envelope"))
        {
            if (Json(value, SendGridInboundJson.Default.SendGridEnvelope) is { } envelope)
                envelopes.Add(envelope);
        }

        return envelopes;
    }

    private T? Json<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => Json(Field(name), type);

    private static T? Json<T>(ReadOnlyMemory<byte> value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return value.IsEmpty ? null : JsonSerializer.Deserialize(value.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Hash() => $"sha256:{Convert.ToHexString(SHA256.HashData(_body.Span))}";

    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> value) => value.Length > MaxField ? value[..MaxField] : value;

    // For a request whose Content-Type lost its boundary in transit.
    private static string? FirstBoundary(ReadOnlySpan<byte> body) =>
        body.StartsWith("--"u8) && body.IndexOf((byte)'\n') is var end and > 2 ? MailCharset.Decode(body[2..end], null).TrimEnd() : null;
}
