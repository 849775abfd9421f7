using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors;
using OptOut.Vendors.Mailgun;

namespace OptOut.Tests.Vendors.Mailgun;

public sealed class MailgunOptionsTests
{
    [Fact]
    public void A_full_account_passes() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Nothing_at_all_reports_everything_at_once() => Assert.Equal(
        [
            "OptOut:Mailgun:ApiKey is empty; give an API key of the account (a domain's sending key reads no lists).",
            "OptOut:Mailgun:Domains is empty; name each domain that marketing is sent from, as in OptOut:Mailgun:Domains:0 = mg.example.com.",
        ],
        Errors(new MailgunOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_mend()
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
                "OptOut:Mailgun:ApiKey holds a space or a character that is not ASCII; copy the key again, without anything around it.",
                "OptOut:Mailgun:BaseAddress is 'https://api.mailgun.net/v3/'; end it with a slash, without the version, which is added.",
                "OptOut:Mailgun:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Mailgun:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Mailgun:SigningKeys:1 is empty, or holds a space or a character that is not ASCII; copy the HTTP webhook signing key again, without anything around it.",
                "OptOut:Mailgun:Domains:1 is 'https://mg.example.com/'; give a domain in lower case, as in mg.example.com.",
                "OptOut:Mailgun:Domains names 'mg.example.com' 2 times; name it once.",
                "OptOut:Mailgun:Topics:1 names no topic of OptOut:Catalogue:Topics; remove it or name the topic there.",
            ],
            Errors(options));
    }

    [Theory]
    [InlineData("https://api.eu.mailgun.net", true)]
    [InlineData("http://127.0.0.1:7090/mailgun/", true)]
    [InlineData("http://127.0.0.1:7090/mailgun", false)]
    [InlineData("http://api.mailgun.net", false)]
    public void The_address_is_in_the_open_only_on_this_machine(string address, bool passes)
    {
        var options = Good();
        options.BaseAddress = new Uri(address);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public void A_setting_written_as_null_is_reported_as_any_other_and_a_secret_is_in_no_message()
    {
        var options = Good();
        (options.ApiKey, options.BaseAddress, options.Domains[0], options.Topics[0], options.SigningKeys[0]) = ("s3cret ", null!, null!, null!, "s3cret ");

        Assert.Equal(["ApiKey", "BaseAddress", "SigningKeys:0", "Domains:0", "Topics:0"], Errors(options).Select(e => e["OptOut:Mailgun:".Length..e.IndexOf(' ', StringComparison.Ordinal)]));
        Assert.All(Errors(options), e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_section_there_is_no_Mailgun()
    {
        await using var it = await SandboxedVendor.StartAsync("sendgrid");

        Assert.DoesNotContain(it.Services.GetServices<IVendor>(), v => v.Name == "mailgun");
        Assert.DoesNotContain(it.Services.GetServices<IVendorWebhook>(), d => d.Path == "mailgun/events");
    }

    private static MailgunOptions Good() => new() { ApiKey = "key-1", Domains = ["mg.example.com"], Topics = ["offers"], SigningKeys = ["signing-key"] };

    private static string[] Errors(MailgunOptions options)
    {
        var catalogue = new CatalogueOptions { Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }] };
        return [.. new MailgunOptionsValidator(Options.Create(catalogue)).Validate(null, options).Failures ?? []];
    }
}
