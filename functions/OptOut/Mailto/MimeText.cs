using System.Buffers.Text;
using System.Text;

namespace OptOut.Mailto;

/// <summary>What a person wrote in a whole MIME message: its text and its HTML, decoded. Attachments are not looked at; a mail forwarded as one is.</summary>
internal static class MimeText
{
    private const int MaxDepth = 8, MaxParts = 100;

    public static (string Text, string Html) Read(MimePart message)
    {
        var (text, html, parts) = (new StringBuilder(), new StringBuilder(), 0);
        Collect(message, depth: 0);
        return (text.ToString(), html.ToString());

        void Collect(MimePart part, int depth)
        {
            if (depth > MaxDepth || ++parts > MaxParts)
                return;
            var kind = part.Headers.Kind("Content-Type");
            if (kind.StartsWith("multipart/", StringComparison.Ordinal))
            {
                foreach (var inner in MimePart.Split(part.Body, part.Headers.Parameter("Content-Type", "boundary")))
                    Collect(inner, depth + 1);
            }
            else if (kind == "message/rfc822")
            {
                Collect(MimePart.Read(Decode(part)), depth + 1);
            }
            else if ((kind is "" || kind.StartsWith("text/", StringComparison.Ordinal)) && part.Headers.Kind("Content-Disposition") != "attachment")
            {
                var into = kind == "text/html" ? html : text;
                into.Append(MailCharset.Decode(Decode(part).Span, part.Headers.Parameter("Content-Type", "charset"))).Append('\n');
            }
        }
    }

    private static ReadOnlyMemory<byte> Decode(MimePart part) => part.Headers.Kind("Content-Transfer-Encoding") switch
    {
        "base64" => FromBase64(part.Body.Span),
        "quoted-printable" => FromQuotedPrintable(part.Body.Span),
        _ => part.Body,
    };

    // RFC 2045 section 6.8: characters outside the alphabet are passed over. What is cut short keeps its whole groups.
    private static byte[] FromBase64(ReadOnlySpan<byte> encoded)
    {
        var letters = new byte[encoded.Length];
        var count = 0;
        foreach (var b in encoded)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/')
                letters[count++] = b;
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(count)];
        Base64.DecodeFromUtf8(letters.AsSpan(0, count - (count % 4)), decoded, out _, out var written);
        return count % 4 < 2 ? decoded[..written] : [.. decoded[..written], .. Convert.FromBase64String(Encoding.ASCII.GetString(letters, count - (count % 4), count % 4).PadRight(4, '='))];
    }

    // RFC 2045 section 6.7: a soft line break is no line break. An equals sign that begins nothing stands for itself.
    private static byte[] FromQuotedPrintable(ReadOnlySpan<byte> encoded)
    {
        var decoded = new byte[encoded.Length];
        var count = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var rest = encoded[(i + 1)..];
            if (encoded[i] != (byte)'=')
                decoded[count++] = encoded[i];
            else if (rest is [(byte)'\n', ..])
                i++;
            else if (rest is [(byte)'\r', (byte)'\n', ..])
                i += 2;
            else if (rest.Length >= 2 && Utf8Parser.TryParse(rest[..2], out byte value, out var used, 'x') && used == 2)
                (decoded[count++], i) = (value, i + 2);
            else
                decoded[count++] = encoded[i];
        }

        return decoded[..count];
    }
}
