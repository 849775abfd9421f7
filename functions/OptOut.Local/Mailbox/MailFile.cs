using MimeKit;

namespace OptOut.Local.Mailbox;

/// <summary>Reads a raw mail as saved by a mail program: .eml with any line endings, or the first mail of an mbox.</summary>
internal static class MailFile
{
    private static ReadOnlySpan<byte> MboxMarker => "From "u8;

    /// <exception cref="NotAMailException">The bytes are not a mail.</exception>
    public static async Task<MimeMessage> ReadAsync(Stream raw, CancellationToken cancellationToken)
    {
        // Reads the whole mail: mail servers limit its size, and its start is needed twice.
        using var bytes = new MemoryStream();
        await raw.CopyToAsync(bytes, cancellationToken);
        bytes.Position = 0;
        var start = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        try
        {
            var format = start.StartsWith(MboxMarker) ? MimeFormat.Mbox : MimeFormat.Entity;
            var mail = await new MimeParser(bytes, format).ParseMessageAsync(cancellationToken);
            return mail.Headers.Any(header => header.Id is HeaderId.From or HeaderId.Date or HeaderId.ListUnsubscribe)
                ? mail
                : throw new NotAMailException(null);
        }
        catch (FormatException problem)
        {
            throw new NotAMailException(problem);
        }
    }
}

/// <summary>Thrown when the bytes do not start with mail headers.</summary>
internal sealed class NotAMailException(Exception? inner)
    : Exception("This is not a mail: it does not begin with headers such as From and Date.", inner);
