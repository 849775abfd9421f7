using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

public sealed class AmazonSesOptionsTests
{
    [Fact]
    public void A_complete_configuration_is_valid()
    {
        Assert.Empty(Errors(Good()));
        Assert.Equal(new Uri("https://email.eu-west-1.amazonaws.com/"), Good().Address);
    }

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:AmazonSes:Region is ''; give the region that mail is sent from, as in eu-west-1.",
            "OptOut:AmazonSes:AccessKeyId is empty, or contains a space or a character that is not ASCII; "
                + "give the id of an access key, without anything around it.",
            "OptOut:AmazonSes:SecretAccessKey is empty, or contains a space or a character that is not ASCII; "
                + "give the secret of the access key, without anything around it.",
            "OptOut:AmazonSes:ContactList is ''; give the name of the contact list that marketing is sent with.",
        ],
        Errors(new AmazonSesOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix()
    {
        var options = Good();
        options.Region = "Ireland";
        options.BaseAddress = new Uri("http://email.eu-west-1.amazonaws.com/");
        options.Timeout = TimeSpan.Zero;
        options.PullTimeout = TimeSpan.FromHours(1);
        options.ContactList = "a/b";
        options.Topics.Add("gone");
        options.ListTopicOptOuts = (ListTopicOptOut)7;
        options.SnsTopics.Add("ses-events");
        options.SnsSandbox = new Uri("http://sns.example.com/");

        Assert.Equal(
            [
                "OptOut:AmazonSes:Region is 'Ireland'; give the region that mail is sent from, as in eu-west-1.",
                "OptOut:AmazonSes:BaseAddress is 'http://email.eu-west-1.amazonaws.com/'; give none, or an https address (http "
                    + "only for a sandbox on this machine).",
                "OptOut:AmazonSes:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:AmazonSes:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:AmazonSes:ContactList is 'a/b'; give the name of the contact list that marketing is sent with.",
                "OptOut:AmazonSes:Topics:1 is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.",
                "OptOut:AmazonSes:ListTopicOptOuts is 7; give Everything or Nothing.",
                "OptOut:AmazonSes:SnsTopics:1 is not the ARN of an SNS topic; give one as in "
                    + "arn:aws:sns:eu-west-1:123456789012:ses-events.",
                "OptOut:AmazonSes:SnsSandbox is 'http://sns.example.com/'; give none, or a sandbox on this machine, as in "
                    + "http://127.0.0.1:7072/amazon-ses/sns/.",
            ],
            Errors(options));
    }

    [Theory]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("http://127.0.0.1:7072/amazon-ses/sns", false)]
    [InlineData("http://127.0.0.1.example.com/", false)]
    [InlineData("http://127.0.0.1:7072/amazon-ses/sns/", true)]
    public void Only_an_address_on_this_machine_is_accepted_as_the_SNS_sandbox(string address, bool passes)
    {
        var options = Good();
        options.SnsSandbox = new Uri(address);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public void A_null_setting_is_reported_like_any_other_and_no_message_contains_a_secret()
    {
        var options = Good();
        (options.Region, options.AccessKeyId, options.SecretAccessKey, options.ContactList, options.Topics[0], options.SnsTopics[0]) = (
            null!, "s3cret ", "s3cret ", null!, null!, null!);

        Assert.Equal(
            ["Region", "AccessKeyId", "SecretAccessKey", "ContactList", "Topics:0", "SnsTopics:0"],
            Errors(options).Select(e => e["OptOut:AmazonSes:".Length..e.IndexOf(' ', StringComparison.Ordinal)]));
        Assert.All(Errors(options), e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_section_Amazon_SES_is_not_registered()
    {
        await using var it = await SandboxedVendor.StartAsync("sendgrid");

        Assert.DoesNotContain(it.Services.GetServices<IVendor>(), v => v.Name == "amazon-ses");
        Assert.DoesNotContain(it.Services.GetServices<IVendorWebhook>(), d => d.Path == "amazon-ses/events");
    }

    private static AmazonSesOptions Good() => new()
    {
        Region = "eu-west-1",
        AccessKeyId = "AKID",
        SecretAccessKey = "secret",
        ContactList = "marketing",
        Topics = ["offers"],
        SnsTopics = ["arn:aws:sns:eu-west-1:123456789012:ses-events"],
    };

    private static string[] Errors(AmazonSesOptions options)
    {
        var catalogue = new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        };
        return [.. new AmazonSesOptionsValidator(Options.Create(catalogue)).Validate(null, options).Failures ?? []];
    }
}
