using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Identity;

namespace OptOut.Vendors.Twilio;

internal sealed class TwilioOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<TwilioOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        string[] errors = [.. Account(options), .. Senders(options), .. Addresses(options), .. Meaning(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    // Secrets are never shown, even if they are wrong. A JSON null binds as null.
    private static IEnumerable<string> Account(TwilioOptions options)
    {
        if (!IsSid(options.AccountSid, "AC"))
            yield return "OptOut:Twilio:AccountSid is not an account SID; copy it from the Twilio Console: AC and 32 hexadecimal digits.";
        if (options.AuthTokens.Count == 0)
        {
            yield return "OptOut:Twilio:AuthTokens is empty; give the account's auth token, or no "
                + "webhook can be verified. While it is rotated, give both.";
        }

        for (var i = 0; i < options.AuthTokens.Count; i++)
        {
            if (!IsSecret(options.AuthTokens[i]))
            {
                yield return $"OptOut:Twilio:AuthTokens:{i} is empty, or contains a space or a character that is not ASCII; "
                    + "copy it again, without anything around it.";
            }
        }

        if (string.IsNullOrEmpty(options.ApiKeySid) != string.IsNullOrEmpty(options.ApiKeySecret))
        {
            yield return "OptOut:Twilio has an ApiKeySid without an ApiKeySecret, or the other way round; give both, or neither.";
        }
        else if (!string.IsNullOrEmpty(options.ApiKeySid) && (!IsSid(options.ApiKeySid, "SK") || !IsSecret(options.ApiKeySecret)))
        {
            yield return "OptOut:Twilio:ApiKeySid or ApiKeySecret is not well formed; "
                + "the SID is SK and 32 hexadecimal digits, the secret has no spaces.";
        }
    }

    private static IEnumerable<string> Senders(TwilioOptions options)
    {
        if (options.Senders.Count == 0)
        {
            yield return "OptOut:Twilio:Senders is empty; give each Messaging Service SID and "
                + "each phone number that marketing SMSs come from.";
        }

        for (var i = 0; i < options.Senders.Count; i++)
        {
            // ZZ is not a country: only a number with its own country code is accepted.
            if (!IsSid(options.Senders[i], "MG")
                && !(PhoneNumber.TryParse(options.Senders[i], "ZZ", out var number) && number.Value == options.Senders[i]))
            {
                yield return $"OptOut:Twilio:Senders:{i} is '{options.Senders[i]}'; "
                    + "give a Messaging Service SID (MG and 32 hexadecimal digits) "
                    + "or a phone number in E.164, as in '+32460000000'.";
            }
        }

        foreach (var repeated in options.Senders.GroupBy(s => s, StringComparer.Ordinal).Where(s => s.Count() > 1))
            yield return $"OptOut:Twilio:Senders names '{repeated.Key}' {repeated.Count()} times; name it once.";
    }

    private static IEnumerable<string> Addresses(TwilioOptions options)
    {
        if (!IsWebAddress(options.BaseAddress))
        {
            yield return $"OptOut:Twilio:BaseAddress is '{options.BaseAddress}'; give "
                + "https://accounts.twilio.com/ (http only for a sandbox on this machine).";
        }

        if (options.WebhookBaseUrl is { } webhook && (!IsWebAddress(webhook) || webhook.UserInfo.Length > 0))
        {
            yield return "OptOut:Twilio:WebhookBaseUrl is not an address that Twilio could call; give it up to /webhooks, as in "
                + "'https://optout.example.com', without a query or a password, or leave it out.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:Twilio:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private IEnumerable<string> Meaning(TwilioOptions options)
    {
        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (options.Topics[i] is not { } topic || !topics.Contains(topic))
            {
                yield return $"OptOut:Twilio:Topics:{i} is '{options.Topics[i]}', which is not a topic in OptOut:Catalogue:Topics; "
                    + "remove it, or add the topic there.";
            }
        }

        if (!Enum.IsDefined(options.ReplyStops))
            yield return $"OptOut:Twilio:ReplyStops is {options.ReplyStops}; give Everything or Sms.";
    }

    private static bool IsSid(string? text, string prefix) =>
        text is { Length: 34 } && text.StartsWith(prefix, StringComparison.Ordinal) && text.Skip(prefix.Length).All(char.IsAsciiHexDigit);

    private static bool IsSecret(string? text) => !string.IsNullOrEmpty(text) && text.All(c => c is > ' ' and <= '~');

    private static bool IsWebAddress(Uri? address) => address is { IsAbsoluteUri: true, Query: "", Fragment: "" }
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}
