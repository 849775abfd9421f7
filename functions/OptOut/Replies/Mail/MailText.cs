using System.Text;
using MimeKit;
using MimeKit.IO.Filters;

namespace OptOut.Replies.Mail;

/// <summary>
/// What a person wrote in a whole MIME message: its text and its HTML, decoded. Attachments are not read, except a mail that was forwarded
/// as one.
/// </summary>
internal static class MailText
{
    private const int MaxDepth = 8, MaxParts = 100;

    public static (MailHeaders? Headers, string Text, string Html) Read(ReadOnlyMemory<byte> mail)
    {
        var (text, html, parts) = (new StringBuilder(), new StringBuilder(), MaxParts);
        return (Collect(mail, MaxDepth), text.ToString(), html.ToString());

        MailHeaders? Collect(ReadOnlyMemory<byte> message, int depth)
        {
            var scan = MimeScan.OfMail(message, depth, parts);
            parts -= scan.Leaves.Count;
            foreach (var leaf in scan.Leaves)
            {
                // A mail forwarded in base64, against RFC 2046 section 5.2.1.
                var isEncoded = leaf.Encoding is ContentEncoding.Base64 or ContentEncoding.QuotedPrintable;
                var into = leaf.Type.IsMimeType("text", "html") ? html : text;
                if (isEncoded && depth > 1 && leaf.Type.IsMimeType("message", "rfc822"))
                    Collect(Decode(leaf), depth - 1);
                else if (leaf.Type.IsMimeType("text", "*") && leaf.Disposition is not { IsAttachment: true })
                    into.Append(MailCharset.Decode(Decode(leaf).Span, leaf.Type.Charset)).Append('\n');
            }

            // A multipart whose delimiter is missing, in its header or in its body.
            if (scan.Leaves.Count == 0)
                text.Append(MailCharset.Decode(scan.Body.Span, null));
            return scan.Headers;
        }
    }

    private static ReadOnlyMemory<byte> Decode(MimeLeaf leaf)
    {
        var encoded = MimeInput.Segment(leaf.Body);
        var decoder = DecoderFilter.Create(leaf.Encoding);
        var decoded = decoder.Flush(encoded.Array!, encoded.Offset, encoded.Count, out var start, out var length);
        return decoded.AsMemory(start, length);
    }
}
