using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors;
using OptOut.Vendors.Mailgun;

namespace OptOut.Tests.Vendors.Mailgun;

public sealed class MailgunOptionsTests
{
    [Fact]
    public void A_complete_configuration_is_valid() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:Mailgun:ApiKey is empty; give an API key of the account (a domain's sending key cannot read lists).",
            "OptOut:Mailgun:Domains is empty; name each domain that marketing is sent "
                + "from, as in OptOut:Mailgun:Domains:0 = mg.example.com.",
        ],
        Errors(new MailgunOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix()
    {
        var options = Good();
        options.ApiKey = "with space";
        options.BaseAddress = new Uri("https://api.mailgun.net/v3/");
        options.Timeout = TimeSpan.Zero;
        options.PullTimeout = TimeSpan.FromHours(1);
        options.SigningKeys.Add("");
        options.Domains.Add("https://mg.example.com/");
        options.Domains.Add("mg.example.com");
        options.Topics.Add("gone");

        Assert.Equal(
            [
                "OptOut:Mailgun:ApiKey contains a space or a character that is not ASCII; copy the key again, without anything around it.",
                "OptOut:Mailgun:BaseAddress is 'https://api.mailgun.net/v3/'; end it with a slash, "
                    + "and leave out the version, which is added automatically.",
                "OptOut:Mailgun:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Mailgun:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Mailgun:SigningKeys:1 is empty, or contains a space or a character that is not ASCII; "
                    + "copy the HTTP webhook signing key again, without anything around it.",
                "OptOut:Mailgun:Domains:1 is 'https://mg.example.com/'; give a domain in lower case, as in mg.example.com.",
                "OptOut:Mailgun:Domains names 'mg.example.com' 2 times; name it once.",
                "OptOut:Mailgun:Topics:1 is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.",
            ],
            Errors(options));
    }

    [Theory]
    [InlineData("https://api.eu.mailgun.net", true)]
    [InlineData("http://127.0.0.1:7090/mailgun/", true)]
    [InlineData("http://127.0.0.1:7090/mailgun", false)]
    [InlineData("http://api.mailgun.net", false)]
    public void The_base_address_must_use_https_except_on_this_machine(string address, bool passes)
    {
        var options = Good();
        options.BaseAddress = new Uri(address);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public void A_null_setting_is_reported_like_any_other_and_no_message_contains_a_secret()
    {
        var options = Good();
        (options.ApiKey, options.BaseAddress, options.Domains[0], options.Topics[0], options.SigningKeys[0]) = (
            "s3cret ", null!, null!, null!, "s3cret ");

        Assert.Equal(
            ["ApiKey", "BaseAddress", "SigningKeys:0", "Domains:0", "Topics:0"],
            Errors(options).Select(e => e["OptOut:Mailgun:".Length..e.IndexOf(' ', StringComparison.Ordinal)]));
        Assert.All(Errors(options), e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_section_Mailgun_is_not_registered()
    {
        await using var it = await SandboxedVendor.StartAsync("sendgrid");

        Assert.DoesNotContain(it.Services.GetServices<IVendor>(), v => v.Name == "mailgun");
        Assert.DoesNotContain(it.Services.GetServices<IVendorWebhook>(), d => d.Path == "mailgun/events");
    }

    private static MailgunOptions Good() =>
        new() { ApiKey = "key-1", Domains = ["mg.example.com"], Topics = ["offers"], SigningKeys = ["signing-key"] };

    private static string[] Errors(MailgunOptions options)
    {
        var catalogue = new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        };
        return [.. new MailgunOptionsValidator(Options.Create(catalogue)).Validate(null, options).Failures ?? []];
    }
}
