using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Vendors.Dialler;

internal sealed class DiallerOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<DiallerOptions>
{
    private const int MinToken = 16, MaxToken = 500;

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, DiallerOptions options)
    {
        string[] errors = [.. Account(options), .. Topics(options), .. Secrets(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Account(DiallerOptions options)
    {
        var address = options.BaseAddress;
        if (address is not { IsAbsoluteUri: true }
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            yield return $"OptOut:Dialler:BaseAddress is '{address}'; give the address that do-not-call is appended to, as in "
                + "https://dialler.callcentre.example/api/ (http only for a sandbox on this machine).";
        }
        else if (address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            yield return "OptOut:Dialler:BaseAddress has more than a host and a path; "
                + "give only those, and put the token in OptOut:Dialler:Token.";
        }

        // The token itself is never shown, even if it is wrong: it is a secret.
        if (options.Token is not { Length: >= MinToken and <= MaxToken } || !options.Token.All(c => c is > ' ' and <= '~'))
        {
            yield return $"OptOut:Dialler:Token is not {MinToken} to {MaxToken} printable ASCII characters without spaces; "
                + "give the bearer token that the call centre issued.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:Dialler:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private IEnumerable<string> Topics(DiallerOptions options)
    {
        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (!topics.Contains(options.Topics[i] ?? ""))
            {
                yield return $"OptOut:Dialler:Topics:{i} is not a topic in OptOut:Catalogue:Topics; "
                    + $"give one of {string.Join(", ", topics)}, or leave Topics out for all.";
            }
        }
    }

    private static IEnumerable<string> Secrets(DiallerOptions options)
    {
        for (var i = 0; i < options.WebhookSecrets.Count; i++)
        {
            if (WebhookSecret.Problem($"OptOut:Dialler:WebhookSecrets:{i}", options.WebhookSecrets[i]) is { } problem)
                yield return problem;
        }
    }
}
