using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Identity;

namespace OptOut.Vendors.SendGrid;

internal sealed class SendGridOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<SendGridOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, SendGridOptions options)
    {
        string[] errors = [.. Account(options), .. Groups(options), .. EventKeys(options), .. InboundKeys(options), .. Sender(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Account(SendGridOptions options)
    {
        // The key itself is never shown, even if it is wrong: it is a secret. A JSON null binds as null.
        if (string.IsNullOrEmpty(options.ApiKey))
        {
            yield return "OptOut:SendGrid:ApiKey is empty; give an API key with the scopes asm.*, suppression.* and mail.send.";
        }
        else if (!options.ApiKey.All(c => c is > ' ' and <= '~'))
        {
            yield return "OptOut:SendGrid:ApiKey contains a space or a character that is not ASCII; "
                + "copy the key again, without anything around it.";
        }

        var address = options.BaseAddress;
        if (address is not { IsAbsoluteUri: true }
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            yield return $"OptOut:SendGrid:BaseAddress is '{address}'; give https://api.sendgrid.com or "
                + "https://api.eu.sendgrid.com (http only for a sandbox on this machine).";
        }
        else if (address.PathAndQuery != "/")
        {
            yield return $"OptOut:SendGrid:BaseAddress is '{address}'; give the host only; the path is added automatically.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:SendGrid:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"OptOut:SendGrid:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private IEnumerable<string> Groups(SendGridOptions options)
    {
        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var topic in topics.Where(t => !options.Groups.ContainsKey(t)))
        {
            yield return $"OptOut:SendGrid:Groups has no group for the topic '{topic}'; "
                + $"set OptOut:SendGrid:Groups:{topic} to the id of the "
                + "unsubscribe group its mails are sent with.";
        }

        foreach (var (topic, id) in options.Groups)
        {
            if (!topics.Contains(topic))
            {
                yield return $"OptOut:SendGrid:Groups:{topic} is not a topic in OptOut:Catalogue:Topics; "
                    + "remove it, or add the topic there.";
            }

            if (id <= 0)
                yield return $"OptOut:SendGrid:Groups:{topic} is {id}; give the group's id, a number above 0.";
        }

        foreach (var shared in options.Groups.GroupBy(g => g.Value).Where(g => g.Count() > 1))
        {
            yield return $"OptOut:SendGrid:Groups gives group {shared.Key} to {string.Join(" and ", shared.Select(g => g.Key))}; "
                + "give every topic its own group.";
        }

        foreach (var (topic, id) in options.Groups.Where(g => options.ServiceGroups.Contains(g.Value)))
        {
            yield return $"OptOut:SendGrid:ServiceGroups names group {id}, which is the group of the "
                + $"topic '{topic}'; remove it from one of the two.";
        }

        if (!Enum.IsDefined(options.GroupStops))
            yield return $"OptOut:SendGrid:GroupStops is {options.GroupStops}; give Everything or Topic.";
    }

    private static IEnumerable<string> EventKeys(SendGridOptions options)
    {
        for (var i = 0; i < options.EventPublicKeys.Count; i++)
        {
            if (!IsP256(options.EventPublicKeys[i]))
            {
                yield return $"OptOut:SendGrid:EventPublicKeys:{i} is not a P-256 public key; copy the verification key from Settings > "
                    + "Mail Settings > Event Webhooks, without BEGIN and END lines.";
            }
        }
    }

    private static IEnumerable<string> InboundKeys(SendGridOptions options)
    {
        for (var i = 0; i < options.InboundPublicKeys.Count; i++)
        {
            if (!IsP256(options.InboundPublicKeys[i]))
            {
                yield return $"OptOut:SendGrid:InboundPublicKeys:{i} is not a P-256 public key; copy public_key from the answer to POST "
                    + "/v3/user/webhooks/security/policies, without BEGIN and END lines.";
            }
        }
    }

    private static IEnumerable<string> Sender(SendGridOptions options)
    {
        if (!EmailAddress.TryParse(options.From?.Address, out _))
            yield return "OptOut:SendGrid:From:Address is not an e-mail address; give the verified sender that confirmations come from.";
        if (string.IsNullOrWhiteSpace(options.From?.Name))
            yield return "OptOut:SendGrid:From:Name is empty; give the name people know the sender by.";
    }

    private static bool IsP256(string? base64)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64 ?? ""), out _);
            return key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
