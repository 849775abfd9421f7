using MimeKit;

namespace OptOut.Local.Mailbox;

/// <summary>
/// Whether a mail's DKIM signatures cover the unsubscribe headers. RFC 8058 section 4: a mail client shows the button only if a signature
/// covers both.
/// </summary>
internal static class DkimCoverage
{
    private static readonly string[] Required = ["List-Unsubscribe", "List-Unsubscribe-Post"];

    /// <returns>Null when one signature covers both headers, and for a mail without a signature, which is not sent yet.</returns>
    public static string? Problem(MimeMessage mail)
    {
        string[][] signed = [.. mail.Headers.Where(header => header.Id == HeaderId.DkimSignature).Select(header => Signed(header.Value))];
        if (signed is [] || Array.Exists(signed, names => Missing(names).Length == 0))
            return null;
        var uncovered = Missing([.. signed.SelectMany(names => names)]) is { Length: > 0 } missing ? missing : Required;
        return $"The mail's DKIM signature does not cover {string.Join(" and ", uncovered)}, so no mail program shows a button for this "
            + "(RFC 8058 section 4). Add both headers to the signature's h= tag.";
    }

    private static string[] Missing(string[] names) =>
        [.. Required.Where(required => !names.Contains(required, StringComparer.OrdinalIgnoreCase))];

    // RFC 6376 section 3.5: tags are separated by semicolons, and the names of h= by colons, with white space anywhere.
    private static string[] Signed(string signature) =>
    [
        .. signature.Split(';')
            .Select(tag => tag.Split('=', 2))
            .Where(tag => tag.Length == 2 && tag[0].Trim() == "h")
            .SelectMany(tag => tag[1].Split(':'))
            .Select(name => string.Concat(name.Where(c => !char.IsWhiteSpace(c)))),
    ];
}
