using Microsoft.Extensions.Options;

namespace OptOut.Links;

/// <summary>A link in every form that a marketing message needs, ready to paste.</summary>
/// <param name="Url">For the body; also the target of a one-click POST.</param>
/// <param name="Mailto">The address to send a mail to instead; null if the controller does not receive mail.</param>
/// <param name="ListUnsubscribe">Value of the header <c>List-Unsubscribe</c> (RFC 2369).</param>
/// <param name="ListUnsubscribePost">Value of the header <c>List-Unsubscribe-Post</c> (RFC 8058).</param>
/// <param name="Warnings">What the controller must do for these headers to work and be lawful.</param>
internal sealed record LinkForms(
    Uri Url, string? Mailto, string ListUnsubscribe, string ListUnsubscribePost, IReadOnlyList<string> Warnings)
{
    /// <summary>The preference page, for the second of the two choices that a message must offer.</summary>
    public Uri Preferences => new($"{Url.AbsoluteUri}/preferences");
}

/// <summary>Writes the forms of a link.</summary>
internal sealed class LinkHeaders(LinkKeyRing ring, IOptions<LinkOptions> options)
{
    /// <summary>The only value that RFC 8058 section 3.1 allows.</summary>
    public const string OneClick = "List-Unsubscribe=One-Click";

    /// <summary>Precedes the token in a mail address, so that a misdirected mail shows what it was for.</summary>
    public const string MailtoPrefix = "u-";

    public LinkForms Write(Link link)
    {
        var token = ring.Sign(link);
        var url = new Uri($"{options.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/u/{token}");
        var mailto = options.Value is { ReceivesMail: true, MailtoHost: { Length: > 0 } host } ? $"{MailtoPrefix}{token}@{host}" : null;
        return new LinkForms(url, mailto, mailto is null ? $"<{url}>" : $"<{url}>, <mailto:{mailto}>", OneClick, [.. Warnings()]);
    }

    private IEnumerable<string> Warnings()
    {
        // RFC 8058 section 4: both headers must be covered by the DKIM signature, or receivers do not show the button.
        yield return "Sign the headers List-Unsubscribe and List-Unsubscribe-Post with DKIM, or mail clients will not show the button.";
        if (options.Value is { ReceivesMail: false, MailtoHost.Length: > 0 })
        {
            yield return "OptOut:Links:MailtoHost is set, but no configured vendor receives mail, so the link has no mailto form: "
                + "configure SendGrid's Inbound Parse, or remove the setting.";
        }

        if (options.Value.OneClickScope != OneClickScope.Everything)
        {
            yield return $"OptOut:Links:OneClickScope is '{options.Value.OneClickScope}': the mail "
                + "client's button stops less than everything. "
                + "That is lawful only if the body of this mail offers both choices: to stop everything and to adjust preferences.";
        }
    }
}
