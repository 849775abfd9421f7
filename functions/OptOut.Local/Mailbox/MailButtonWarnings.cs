using System.Text;
using MimeKit;

namespace OptOut.Local.Mailbox;

/// <summary>What may prevent the button in some mail programs, though not certainly in all.</summary>
internal static class MailButtonWarnings
{
    // RFC 5322 section 2.1.1, without the line end.
    private const int MaxLine = 998;

    /// <param name="mail">A mail that has a button.</param>
    public static IReadOnlyList<string> Of(MimeMessage mail)
    {
        var warnings = new List<string>();
        var lists = mail.Headers.Where(header => header.Id == HeaderId.ListUnsubscribe).ToArray();
        foreach (var written in lists.Select(header => Encoding.UTF8.GetString(header.RawValue).TrimEnd()))
        {
            if (IsFoldedInAddress(written))
            {
                warnings.Add("The address in List-Unsubscribe is folded, and some mail programs take the white space into it. Keep each "
                    + "address on one line.");
            }

            if (!Ascii.IsValid(written))
            {
                warnings.Add(
                    "List-Unsubscribe has characters other than ASCII, which many mail servers do not pass on. Encode the address.");
            }

            if (written.Split('\n').Any(line => line.TrimEnd('\r').Length + "List-Unsubscribe:".Length > MaxLine))
                warnings.Add("List-Unsubscribe has a line longer than 998 characters (RFC 5322 section 2.1.1). Fold it between addresses.");
        }

        var isDelivered = mail.Headers.Contains(HeaderId.Received);
        if (isDelivered && !mail.Headers.Contains(HeaderId.DkimSignature))
        {
            warnings.Add(
                "The mail has been delivered without a DKIM signature. Mail programs show the button only for signed mails (RFC 8058 "
                    + "section 4).");
        }

        if (Results(mail) is { Length: > 0 } results && !Array.Exists(results, result => Has(result, "dkim=pass")))
            warnings.Add("The receiving server could not verify the mail's DKIM signature, so mail programs show no button there.");
        return warnings;
    }

    private static string[] Results(MimeMessage mail) =>
    [
        .. mail.Headers.Where(header => header.Id == HeaderId.AuthenticationResults)
            .Select(header => header.Value)
            .Where(value => Has(value, "dkim=")),
    ];

    private static bool Has(string value, string result) => value.Contains(result, StringComparison.OrdinalIgnoreCase);

    private static bool IsFoldedInAddress(string written)
    {
        var isInside = false;
        foreach (var c in written)
        {
            if (isInside && c == '\n')
                return true;
            isInside = c switch { '<' => true, '>' => false, _ => isInside };
        }

        return false;
    }
}
