using Microsoft.Extensions.Options;

namespace OptOut.Links;

/// <summary>A link in every form a marketing message needs, ready to paste.</summary>
/// <param name="Url">For the body, and where a one-click POST goes.</param>
/// <param name="Mailto">The address that a mail can be sent to instead; null where the controller receives no mail.</param>
/// <param name="ListUnsubscribe">Value of the header <c>List-Unsubscribe</c> (RFC 2369).</param>
/// <param name="ListUnsubscribePost">Value of the header <c>List-Unsubscribe-Post</c> (RFC 8058).</param>
/// <param name="Warnings">What the controller must see to for these headers to be honest.</param>
internal sealed record LinkForms(Uri Url, string? Mailto, string ListUnsubscribe, string ListUnsubscribePost, IReadOnlyList<string> Warnings)
{
    /// <summary>The page where the person adjusts preferences, for the second of the two choices that a message must offer.</summary>
    public Uri Preferences => new($"{Url.AbsoluteUri}/preferences");
}

/// <summary>Writes the forms of a link.</summary>
internal sealed class LinkHeaders(LinkKeyRing ring, IOptions<LinkOptions> options)
{
    /// <summary>The one value RFC 8058 section 3.1 allows.</summary>
    public const string OneClick = "List-Unsubscribe=One-Click";

    /// <summary>Before the token in a mail address, so that a lost mail shows what it was for.</summary>
    public const string MailtoPrefix = "u-";

    public LinkForms Write(Link link)
    {
        var token = ring.Sign(link);
        var url = new Uri($"{options.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/u/{token}");
        var mailto = options.Value.MailtoHost is { Length: > 0 } host ? $"{MailtoPrefix}{token}@{host}" : null;
        return new LinkForms(url, mailto, mailto is null ? $"<{url}>" : $"<{url}>, <mailto:{mailto}>", OneClick, [.. Warnings()]);
    }

    private IEnumerable<string> Warnings()
    {
        // RFC 8058 section 4: both headers must be covered by the DKIM signature, else receivers do not show the button.
        yield return "Sign the headers List-Unsubscribe and List-Unsubscribe-Post with DKIM, or mail clients will not show the button.";
        if (options.Value.OneClickScope != OneClickScope.Everything)
        {
            yield return $"OptOut:Links:OneClickScope is '{options.Value.OneClickScope}': a press of the mail client's button stops less than everything. "
                + "That is lawful only if this mail's body offers both choices, to stop everything and to adjust preferences.";
        }
    }
}
