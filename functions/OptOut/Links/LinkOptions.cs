using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Links;

/// <summary>What a link key may do.</summary>
internal enum LinkKeyUse
{
    /// <summary>Signs new links and verifies links that it signed. Exactly one key signs.</summary>
    Sign,

    /// <summary>An earlier signing key, whose links keep working for ever.</summary>
    Verify,

    /// <summary>A leaked key. Its links lead to the public form, because anyone could have made them.</summary>
    Revoked,
}

/// <summary>
/// What a one-click POST stops. It cannot ask the person, so anything narrower than everything requires a mail that offers both choices.
/// </summary>
public enum OneClickScope
{
    Everything,
    Channel,
    Topic,
}

internal static class OneClickScopes
{
    /// <summary>The scope of a one-click unsubscribe from a mail of this channel and topic.</summary>
    public static Scope ToScope(this OneClickScope oneClick, Channel? channel, Topic? topic) => oneClick switch
    {
        OneClickScope.Channel => new Scope(channel, null),
        OneClickScope.Topic => new Scope(channel, topic),
        _ => Scope.Everything,
    };
}

internal sealed class LinkKeyOptions
{
    /// <summary>0 to 255. Every link contains it, so never reuse a number for another secret.</summary>
    public int Id { get; set; } = -1;

    /// <summary>Base64, at least 32 random bytes.</summary>
    public string Secret { get; set; } = "";

    public LinkKeyUse Use { get; set; } = LinkKeyUse.Verify;
}

/// <summary>Setting <c>OptOut:Links</c>.</summary>
internal sealed class LinkOptions
{
    /// <summary>The base address of <c>/u/{token}</c>, as in <c>https://optout.example.com</c>.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>The domain that receives the mailto form, as in <c>optout.example.com</c>; if empty, there is no mailto form.</summary>
    public string MailtoHost { get; set; } = "";

    /// <summary>Whether a configured vendor receives mail and passes it on to us. Not a setting: the vendors decide it.</summary>
    internal bool ReceivesMail { get; set; } = true;

    public OneClickScope OneClickScope { get; set; } = OneClickScope.Everything;

    /// <summary>
    /// Whether a POST without a body counts as a one-click unsubscribe. Some old mail clients send one, but so do some
    /// scanners. Off by default: it is then answered 400, with the page that asks to confirm.
    /// </summary>
    public bool EmptyPostIsOneClick { get; set; }

    public IList<LinkKeyOptions> Keys { get; init; } = [];
}

internal sealed class LinkOptionsValidator : IValidateOptions<LinkOptions>
{
    public ValidateOptionsResult Validate(string? name, LinkOptions options)
    {
        var errors = new List<string>();
        if (options.BaseUrl is not { IsAbsoluteUri: true } url)
        {
            errors.Add("OptOut:Links:BaseUrl is missing; give the public address, as in 'https://optout.example.com'.");
        }
        else if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback)
        {
            errors.Add(
                $"OptOut:Links:BaseUrl is '{url}'; mail clients only POST to https (RFC 8058 section 3.1), so give an https address.");
        }
        else if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            errors.Add($"OptOut:Links:BaseUrl is '{url}'; leave out the query and the fragment.");
        }

        if (options.MailtoHost.Length > 0 && Uri.CheckHostName(options.MailtoHost) != UriHostNameType.Dns)
        {
            errors.Add(
                $"OptOut:Links:MailtoHost is '{options.MailtoHost}'; give a bare domain, as in 'optout.example.com', or leave it empty.");
        }

        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (options.Keys[i].Id is < 0 or > 255)
                errors.Add($"OptOut:Links:Keys:{i}:Id is {options.Keys[i].Id}; give a number from 0 to 255.");
            if (Secret.FindProblem($"OptOut:Links:Keys:{i}:Secret", options.Keys[i].Secret) is { } problem)
                errors.Add(problem);
        }

        foreach (var repeated in options.Keys.GroupBy(k => k.Id).Where(g => g.Count() > 1))
            errors.Add($"OptOut:Links:Keys gives Id {repeated.Key} to {repeated.Count()} keys; give every key its own Id.");
        if (options.Keys.Count(k => k.Use == LinkKeyUse.Sign) is var signing and not 1)
            errors.Add($"OptOut:Links:Keys has {signing} keys with Use 'Sign'; give exactly one key 'Sign' and the earlier ones 'Verify'.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
