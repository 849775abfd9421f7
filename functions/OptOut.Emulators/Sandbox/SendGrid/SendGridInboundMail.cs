using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>A mail that reached the account's MX, as Inbound Parse posts it.</summary>
/// <param name="Headers">The header section, with line feeds as line endings, as SendGrid sends it.</param>
/// <param name="EnvelopeFrom">Empty for the null return path.</param>
internal sealed record SendGridInboundMail(string Headers, string EnvelopeFrom, params string[] EnvelopeTo)
{
    /// <summary>SendGrid's boundary, which does not depend on the mail's content.</summary>
    public const string Boundary = "xYzZY";

    public string Text { get; init; } = "";

    public string Html { get; init; } = "";

    /// <summary>The charset of the fields <c>text</c> and <c>html</c>.</summary>
    public string Charset { get; init; } = "UTF-8";

    public string Dkim { get; init; } = "none";

    public string Spf { get; init; } = "none";

    /// <summary>The raw MIME message; if set, it is posted as one field instead of parsed fields.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>The size of an attachment in bytes; 0 for none.</summary>
    public int AttachmentBytes { get; init; }

    public static string ContentType => $"multipart/form-data; boundary={Boundary}";

    private Encoding TextEncoding => CodePagesEncodingProvider.Instance.GetEncoding(Charset) ?? Encoding.GetEncoding(Charset);

    public byte[] ToForm()
    {
        using var body = new MemoryStream();
        if (Raw is not null)
        {
            Field("email", Raw);
        }
        else
        {
            Field("headers", Encoding.UTF8.GetBytes(Headers));
            if (Html.Length > 0)
                Field("html", TextEncoding.GetBytes(Html));
            if (Text.Length > 0)
                Field("text", TextEncoding.GetBytes(Text));
        }

        Field("dkim", Encoding.ASCII.GetBytes(Dkim));
        Field("SPF", Encoding.ASCII.GetBytes(Spf));
        Field("from", Encoding.UTF8.GetBytes(Header("From")));
        Field("to", Encoding.UTF8.GetBytes(Header("To")));
        Field("subject", Encoding.UTF8.GetBytes(Header("Subject")));
        Field("sender_ip", "192.0.2.7"u8);
        Field(
            "envelope",
            Encoding.UTF8.GetBytes(
                new JsonObject { ["to"] = new JsonArray([.. EnvelopeTo.Select(t => JsonValue.Create(t))]), ["from"] = EnvelopeFrom }
                    .ToJsonString()));
        Field(
            "charsets",
            Encoding.UTF8.GetBytes(
                new JsonObject { ["to"] = "UTF-8", ["from"] = "UTF-8", ["subject"] = "UTF-8", ["html"] = Charset, ["text"] = Charset }
                    .ToJsonString()));
        Field("attachments", AttachmentBytes > 0 ? "1"u8 : "0"u8);
        if (AttachmentBytes > 0)
        {
            Part(
                "Content-Disposition: form-data; name=\"attachment1\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg",
                new byte[AttachmentBytes]);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return body.ToArray();

        void Field(string name, ReadOnlySpan<byte> value) => Part($"Content-Disposition: form-data; name=\"{name}\"", value);

        void Part(string headers, ReadOnlySpan<byte> value)
        {
            body.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\n{headers}\r\n\r\n"));
            body.Write(value);
            body.Write("\r\n"u8);
        }
    }

    private string Header(string name) =>
        Headers.Split('\n').FirstOrDefault(l => l.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim()
        ?? "";
}
