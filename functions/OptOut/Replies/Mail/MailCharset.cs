using System.Text;

namespace OptOut.Replies.Mail;

/// <summary>Decodes the bytes of a mail into text, by the name of their charset.</summary>
internal static class MailCharset
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Never fails: an unknown charset is tried as UTF-8, and what is not UTF-8 is read as Latin-1, which has a character for every byte.
    /// Our tokens are ASCII, so they survive either.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string? charset)
    {
        if (Find(charset) is { } encoding)
            return encoding.GetString(bytes);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static Encoding? Find(string? charset)
    {
        // Senders also write UTF-8 or ASCII when they do not know the charset.
        if (charset?.Trim().ToLowerInvariant() is not { Length: > 0 } name || name is "utf-8" or "utf8" or "us-ascii" or "ascii")
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
