using System.Net.Mail;
using OptOut.Identity;

namespace OptOut.Replies.Mail;

/// <summary>Reads who a mail is from, and verifies it.</summary>
internal static class Sender
{
    /// <summary>Reads the single mailbox of a From field. Fails for two mailboxes, a group or anything else that is ambiguous.</summary>
    public static bool TryRead(string? from, out Identifier address)
    {
        address = default;
        return from is not null
            && IsOneMailbox(from)
            && MailAddress.TryCreate(from, out var mailbox)
            && EmailAddress.TryParse(mailbox.Address, out address);
    }

    /// <summary>
    /// The sender's address, if the domain in From vouches for this mail: by a valid DKIM signature, or an SPF pass, of an aligned domain
    /// (RFC 7489 section 3.1). Anyone who ever received a signed mail can send it again, so it must also have been written to us: To or Cc
    /// must contain an address of <paramref name="host"/>.
    /// </summary>
    public static bool TryVerify(ReceivedMail mail, string host, out Identifier address)
    {
        address = default;
        if (mail.Headers.All("From").ToArray() is not [var from] || !TryRead(from, out address))
            return false;
        var domain = Domain(address.Value);
        return (mail.DkimDomains.Any(d => Aligned(d, domain))
            || (mail.SpfPass && mail.ReturnPath is { } path && Aligned(Domain(path), domain)))
            && mail.Headers.All("To").Concat(mail.Headers.All("Cc")).Any(to => Contains(to, host));
    }

    /// <summary>
    /// Relaxed alignment without a public suffix list: the same domain, or one below the other. Two siblings are not aligned, although they
    /// may be under DMARC, and a bare top-level domain never is; such a mail is forwarded to a person instead.
    /// </summary>
    public static bool Aligned(string one, string other) =>
        one.Contains('.', StringComparison.Ordinal) && other.Contains('.', StringComparison.Ordinal)
        && (one.Equals(other, StringComparison.OrdinalIgnoreCase)
            || one.EndsWith($".{other}", StringComparison.OrdinalIgnoreCase)
            || other.EndsWith($".{one}", StringComparison.OrdinalIgnoreCase));

    // MailAddress takes everything before the last address as a name. A name that contains any of these must be quoted (RFC 5322 section
    // 3.2.3).
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

    // An address of exactly that host, and not of one whose name continues.
    private static bool Contains(string addresses, string host)
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
