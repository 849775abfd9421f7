using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Vendors.Mailgun;

internal sealed class MailgunOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<MailgunOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, MailgunOptions options)
    {
        string[] errors = [.. Account(options), .. Lists(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Account(MailgunOptions options)
    {
        // A secret is never shown, even if it is wrong. A JSON null binds as null.
        if (string.IsNullOrEmpty(options.ApiKey))
        {
            yield return "OptOut:Mailgun:ApiKey is empty; give an API key of the account (a domain's sending key cannot read lists).";
        }
        else if (!IsPrintable(options.ApiKey))
        {
            yield return "OptOut:Mailgun:ApiKey contains a space or a character that is not ASCII; "
                + "copy the key again, without anything around it.";
        }

        var address = options.BaseAddress;
        if (address is not { IsAbsoluteUri: true }
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            yield return $"OptOut:Mailgun:BaseAddress is '{address}'; give https://api.mailgun.net/ or "
                + "https://api.eu.mailgun.net/ (http only for a sandbox on this machine).";
        }
        else if (!address.AbsoluteUri.EndsWith('/') || address.AbsolutePath.EndsWith("/v3/", StringComparison.Ordinal))
        {
            yield return $"OptOut:Mailgun:BaseAddress is '{address}'; end it with a slash, and leave "
                + "out the version, which is added automatically.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:Mailgun:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"OptOut:Mailgun:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
        for (var i = 0; i < options.SigningKeys.Count; i++)
        {
            if (!IsPrintable(options.SigningKeys[i]))
            {
                yield return $"OptOut:Mailgun:SigningKeys:{i} is empty, or contains a space or a character that is not ASCII; "
                    + "copy the HTTP webhook signing key again, without anything around it.";
            }
        }
    }

    private IEnumerable<string> Lists(MailgunOptions options)
    {
        if (options.Domains.Count == 0)
        {
            yield return "OptOut:Mailgun:Domains is empty; name each domain that marketing is sent "
                + "from, as in OptOut:Mailgun:Domains:0 = mg.example.com.";
        }

        for (var i = 0; i < options.Domains.Count; i++)
        {
            if (!IsDomain(options.Domains[i]))
                yield return $"OptOut:Mailgun:Domains:{i} is '{options.Domains[i]}'; give a domain in lower case, as in mg.example.com.";
        }

        foreach (var repeated in options.Domains.GroupBy(d => d, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"OptOut:Mailgun:Domains names '{repeated.Key}' {repeated.Count()} times; name it once.";

        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (options.Topics[i] is not { } topic || !topics.Contains(topic))
                yield return $"OptOut:Mailgun:Topics:{i} is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.";
        }
    }

    private static bool IsPrintable(string? text) => text is { Length: > 0 } && text.All(c => c is > ' ' and <= '~');

    // The domain is part of URLs and of list names.
    private static bool IsDomain(string? text) =>
        text is { Length: > 0 and <= 253 } && text.Contains('.', StringComparison.Ordinal) && text[0] != '.' && text[^1] != '.'
        && !text.Contains("..", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
}
