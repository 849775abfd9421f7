using System.Net.Mail;
using OptOut.Identity;

namespace OptOut.Replies.Mail;

/// <summary>Who a mail is from, and whether that is so.</summary>
internal static class Sender
{
    /// <summary>The one mailbox of a From field. Two, a group or anything else that can be read in two ways is none.</summary>
    public static bool TryRead(string? from, out Identifier address)
    {
        address = default;
        return from is not null && IsOneMailbox(from) && MailAddress.TryCreate(from, out var mailbox) && EmailAddress.TryParse(mailbox.Address, out address);
    }

    /// <summary>
    /// The sender's address, when the domain in From answers for this mail: a DKIM signature that holds, or an SPF pass, of an aligned domain (RFC
    /// 7489 section 3.1). A signed mail can be sent again by whoever ever got it, so it must also have been written to us: an address of
    /// <paramref name="host"/> stands in To or Cc.
    /// </summary>
    public static bool TryVerify(ReceivedMail mail, string host, out Identifier address)
    {
        address = default;
        if (mail.Headers.All("From").ToArray() is not [var from] || !TryRead(from, out address))
            return false;
        var domain = Domain(address.Value);
        return (mail.DkimDomains.Any(d => Aligned(d, domain)) || (mail.SpfPass && mail.ReturnPath is { } path && Aligned(Domain(path), domain)))
            && mail.Headers.All("To").Concat(mail.Headers.All("Cc")).Any(to => Names(to, host));
    }

    /// <summary>
    /// Relaxed alignment without a public suffix list: the same domain, or one below the other. Two siblings are not aligned though DMARC may say they
    /// are, and a bare top-level domain never is; such a mail goes to a person instead.
    /// </summary>
    public static bool Aligned(string one, string other) =>
        one.Contains('.', StringComparison.Ordinal) && other.Contains('.', StringComparison.Ordinal)
        && (one.Equals(other, StringComparison.OrdinalIgnoreCase)
            || one.EndsWith($".{other}", StringComparison.OrdinalIgnoreCase)
            || other.EndsWith($".{one}", StringComparison.OrdinalIgnoreCase));

    // MailAddress takes whatever stands before the last address for a name. A name with any of these is in quotes (RFC 5322 section 3.2.3).
    private static bool IsOneMailbox(string from)
    {
        var (quoted, ats) = (false, 0);
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] == '"')
                quoted = !quoted;
            else if (quoted)
                i += from[i] == '\\' ? 1 : 0;
            else if (from[i] is ',' or ';' or ':' || (from[i] == '@' && ++ats > 1))
                return false;
        }

        return !quoted;
    }

    // An address of that very host, and not of one whose name goes on.
    private static bool Names(string addresses, string host)
    {
        for (var at = 0; addresses.IndexOf($"@{host}", at, StringComparison.OrdinalIgnoreCase) is var found and >= 0; at = found + 1)
        {
            var end = found + 1 + host.Length;
            if (end == addresses.Length || !(char.IsAsciiLetterOrDigit(addresses[end]) || addresses[end] is '.' or '-'))
                return true;
        }

        return false;
    }

    private static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..].TrimEnd('>', '.');
}
