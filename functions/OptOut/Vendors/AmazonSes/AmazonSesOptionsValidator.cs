using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Vendors.AmazonSes;

internal sealed partial class AmazonSesOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<AmazonSesOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, AmazonSesOptions options)
    {
        string[] errors = [.. Account(options), .. Lists(options), .. Webhook(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Account(AmazonSesOptions options)
    {
        // A secret is never shown, even if it is wrong. A JSON null binds as null.
        if (!RegionName().IsMatch(options.Region ?? ""))
            yield return $"OptOut:AmazonSes:Region is '{options.Region}'; give the region that mail is sent from, as in eu-west-1.";
        if (!IsPrintable(options.AccessKeyId))
        {
            yield return "OptOut:AmazonSes:AccessKeyId is empty, or contains a space or a character that is not ASCII; "
                + "give the id of an access key, without anything around it.";
        }

        if (!IsPrintable(options.SecretAccessKey))
        {
            yield return "OptOut:AmazonSes:SecretAccessKey is empty, or contains a space or a character that is not ASCII; "
                + "give the secret of the access key, without anything around it.";
        }

        var address = options.BaseAddress;
        if (address is not null
            && (!address.IsAbsoluteUri
                || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))))
        {
            yield return $"OptOut:AmazonSes:BaseAddress is '{address}'; give none, or an https "
                + "address (http only for a sandbox on this machine).";
        }
        else if (address is not null && !address.AbsoluteUri.EndsWith('/'))
        {
            yield return $"OptOut:AmazonSes:BaseAddress is '{address}'; end it with a slash.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"OptOut:AmazonSes:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"OptOut:AmazonSes:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private IEnumerable<string> Lists(AmazonSesOptions options)
    {
        if (!ListName().IsMatch(options.ContactList ?? ""))
        {
            yield return $"OptOut:AmazonSes:ContactList is '{options.ContactList}'; "
                + "give the name of the contact list that marketing is sent with.";
        }

        var topics = catalogue.Value.Topics.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (options.Topics[i] is not { } topic || !topics.Contains(topic))
                yield return $"OptOut:AmazonSes:Topics:{i} is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.";
        }

        if (!Enum.IsDefined(options.ListTopicOptOuts))
            yield return $"OptOut:AmazonSes:ListTopicOptOuts is {options.ListTopicOptOuts}; give Everything or Nothing.";
    }

    private static IEnumerable<string> Webhook(AmazonSesOptions options)
    {
        for (var i = 0; i < options.SnsTopics.Count; i++)
        {
            if (!TopicArn().IsMatch(options.SnsTopics[i] ?? ""))
            {
                yield return $"OptOut:AmazonSes:SnsTopics:{i} is not the ARN of an SNS topic; give one as in "
                    + "arn:aws:sns:eu-west-1:123456789012:ses-events.";
            }
        }

        // Whatever answers at this address is trusted, so it must be on this machine.
        if (options.SnsSandbox is { } sandbox
            && !(sandbox.IsAbsoluteUri && sandbox.IsLoopback && sandbox.Scheme == Uri.UriSchemeHttp && sandbox.AbsoluteUri.EndsWith('/')))
        {
            yield return $"OptOut:AmazonSes:SnsSandbox is '{sandbox}'; give none, or a sandbox on this machine, as in "
                + "http://127.0.0.1:7072/amazon-ses/sns/.";
        }
    }

    private static bool IsPrintable(string? text) => text is { Length: > 0 } && text.All(c => c is > ' ' and <= '~');

    [GeneratedRegex(
        @"^[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RegionName();

    // The name is part of URLs.
    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ListName();

    // https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
    [GeneratedRegex(
        @"^arn:aws[a-z-]{0,20}:sns:[a-z0-9-]{1,30}:[0-9]{12}:[A-Za-z0-9_-]{1,256}\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TopicArn();
}
