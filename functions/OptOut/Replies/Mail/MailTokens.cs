using OptOut.Links;

namespace OptOut.Replies.Mail;

/// <summary>The verified tokens of a mail, by where they stand.</summary>
internal sealed class MailTokens(LinkKeyRing ring, ReceivedMail mail, string host)
{
    private readonly string[] _addressed =
        [.. mail.Recipients.Select(r => TokenSearch.InAddress(r, host)).OfType<string>().Take(TokenSearch.MaxCandidates)];

    /// <summary>In the address that the mail was sent to, as a mail client's button sends it.</summary>
    public IReadOnlyList<Link> InAddress => Verified(_addressed);

    /// <summary>
    /// Whether it was sent to an address of ours whose token cannot be verified: mail systems may cut a local part, or write it in lower
    /// case.
    /// </summary>
    public bool HasDamagedAddress => _addressed.Length > 0 && InAddress.Count == 0;

    /// <summary>In To or Cc: a mail that was redirected on its way has a different envelope.</summary>
    public IReadOnlyList<Link> InHeaders => Verified(TokenSearch.InTexts([.. mail.Headers.All("To"), .. mail.Headers.All("Cc")]));

    public IReadOnlyList<Link> InAnyAddress => [.. InAddress.Concat(InHeaders).Distinct()];

    /// <summary>In what a person wrote, quoted or forwarded.</summary>
    public IReadOnlyList<Link> InText =>
        Verified(TokenSearch.InTexts([mail.SubjectLine, mail.Text, TokenSearch.Plain(mail.Html)]));

    private List<Link> Verified(IEnumerable<string> candidates)
    {
        var verified = new List<Link>();
        foreach (var candidate in candidates)
        {
            if (ring.TryVerify(candidate, out var link))
                verified.Add(link);
        }

        return verified;
    }
}
