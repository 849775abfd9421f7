using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Vendors.Postmark;

internal sealed partial class PostmarkOptionsValidator(IOptions<CatalogueOptions> catalogue, ServiceMailVendor mail)
    : IValidateOptions<PostmarkOptions>
{
    // A shorter one can be guessed, and nothing else protects the webhook.
    private const int MinSecret = 16;

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, PostmarkOptions options)
    {
        string[] errors = [.. Account(options), .. Streams(options), .. Webhook(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Account(PostmarkOptions options)
    {
        // A secret is never shown, even if it is wrong. A JSON null binds as null.
        if (string.IsNullOrEmpty(options.ServerToken))
        {
            yield return "OptOut:Postmark:ServerToken is empty; give a token of the server, from its API Tokens tab.";
        }
        else if (!IsPrintable(options.ServerToken))
        {
            yield return "OptOut:Postmark:ServerToken contains a space or a character that is not "
                + "ASCII; copy the token again, without anything around it.";
        }

        var address = options.BaseAddress;
        if (address is not { IsAbsoluteUri: true }
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            yield return $"OptOut:Postmark:BaseAddress is '{address}'; give "
                + "https://api.postmarkapp.com/ (http only for a sandbox on this machine).";
        }
        else if (!address.AbsoluteUri.EndsWith('/'))
        {
            yield return $"OptOut:Postmark:BaseAddress is '{address}'; end it with a slash.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:Postmark:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"OptOut:Postmark:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private IEnumerable<string> Streams(PostmarkOptions options)
    {
        if (options.Streams.Count == 0)
        {
            yield return "OptOut:Postmark:Streams is empty; name each message stream that sends "
                + "marketing, as in OptOut:Postmark:Streams:0:Id = broadcast.";
        }

        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < options.Streams.Count; i++)
        {
            if (!StreamId().IsMatch(options.Streams[i].Id ?? ""))
            {
                yield return $"OptOut:Postmark:Streams:{i}:Id is '{options.Streams[i].Id}'; "
                    + "give the stream's id, as in 'broadcast' (not its name).";
            }

            if (options.Streams[i].Topic is { } topic && !topics.Contains(topic))
            {
                yield return $"OptOut:Postmark:Streams:{i}:Topic is not a topic in "
                    + "OptOut:Catalogue:Topics; add the topic there, or leave Topic "
                    + "out if the stream sends every topic.";
            }
        }

        foreach (var repeated in options.Streams.GroupBy(s => s.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"OptOut:Postmark:Streams names '{repeated.Key}' {repeated.Count()} times; name it once.";
        foreach (var both in options.Streams.Select(s => s.Id).Distinct(StringComparer.Ordinal).Where(options.ServiceStreams.Contains))
        {
            yield return $"OptOut:Postmark:ServiceStreams names '{both}', which is also in "
                + "OptOut:Postmark:Streams; remove it from one of the two.";
        }

        if (mail.Name == PostmarkVendor.VendorName
            && (!StreamId().IsMatch(options.MailStream ?? "") || options.Streams.Any(s => s.Id == options.MailStream)))
        {
            yield return $"OptOut:Postmark:MailStream is '{options.MailStream}'; give the id of a transactional stream that sends no "
                + "marketing, as in 'outbound': people who stop marketing would not get the confirmation otherwise.";
        }

        if (!Enum.IsDefined(options.StreamStops))
            yield return $"OptOut:Postmark:StreamStops is {options.StreamStops}; give Everything or Topic.";
    }

    private static IEnumerable<string> Webhook(PostmarkOptions options)
    {
        for (var i = 0; i < options.WebhookCredentials.Count; i++)
        {
            // RFC 7617 section 2: a colon ends the user name.
            if (!IsPrintable(options.WebhookCredentials[i].User)
                || options.WebhookCredentials[i].User.Contains(':', StringComparison.Ordinal))
            {
                yield return $"OptOut:Postmark:WebhookCredentials:{i}:User is empty or contains a "
                    + "space, a colon or a character that is not "
                    + "ASCII; give the user name of the webhook's Basic authentication.";
            }

            if (!IsPrintable(options.WebhookCredentials[i].Password) || options.WebhookCredentials[i].Password.Length < MinSecret)
            {
                yield return $"OptOut:Postmark:WebhookCredentials:{i}:Password is too short to protect anything, or contains a space or a "
                    + $"character that is not ASCII; give at least {MinSecret} random characters.";
            }
        }

        for (var i = 0; i < options.WebhookTokens.Count; i++)
        {
            if (!IsPrintable(options.WebhookTokens[i]) || options.WebhookTokens[i].Length < MinSecret)
            {
                yield return $"OptOut:Postmark:WebhookTokens:{i} is too short to protect anything, "
                    + "or contains a space or a character that is "
                    + $"not ASCII; give at least {MinSecret} random characters.";
            }
        }
    }

    private static bool IsPrintable(string? text) => text is { Length: > 0 } && text.All(c => c is > ' ' and <= '~');

    // https://postmarkapp.com/developer/api/message-streams-api: the id is part of URLs.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex StreamId();
}
