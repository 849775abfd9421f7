using System.Text.RegularExpressions;
using OptOut.Replies.Mail;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Reads the results of Inbound Parse's mail authentication checks. <c>SPF</c> is one word. <c>dkim</c> looks like JSON but is not:
/// <c>{@example.com : pass}</c>, several separated by commas, or <c>none</c>; a failure may include pages of reasons
/// (https://github.com/sendgrid/docs/issues/1991 and 6483).
/// </summary>
internal static partial class SendGridVerdicts
{
    // A mail has a handful of signatures.
    private const int MaxField = 8_192;

    public static bool SpfPassed(string field) => field.Trim().Equals("pass", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The domains whose signature is valid. A field that cannot be read completely proves nothing: the signer chooses the identity
    /// (<c>i=</c>, RFC 6376 section 3.5) that appears in it, and one crafted to look like two results would vouch for somebody else's
    /// domain.
    /// </summary>
    public static IReadOnlyList<string> DkimDomains(string field, MailHeaders headers)
    {
        if (field.Length > MaxField || headers.All("DKIM-Signature").Any(HasOddIdentity))
            return [];
        try
        {
            var whole = Whole().Match(field.Trim());
            return whole.Success
                ? [
                    .. whole.Groups["result"].Captures
                        .Zip(whole.Groups["domain"].Captures)
                        .Where(r => r.First.Value == "pass")
                        .Select(r => r.Second.Value),
                ]
                : [];
        }
        catch (RegexMatchTimeoutException)
        {
            return [];
        }
    }

    private static bool HasOddIdentity(string signature) => signature.Split(';').Select(tag => tag.Split('=', 2)).Any(tag =>
        tag is [var name, var value] && name.Trim() == "i" && (value.Length > MaxField || !Identity().IsMatch(value.Trim())));

    [GeneratedRegex(@"^[A-Za-z0-9._+-]*@[A-Za-z0-9.-]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Identity();

    [GeneratedRegex(
        @"^\{\s*(?:[A-Za-z0-9._+-]*@(?<domain>[A-Za-z0-9.-]+) : (?<result>[a-z]+)(?: \([^(){}@]*\))?\s*(?:,\s*|(?=\})))+\}\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();
}
