using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridOptionsTests
{
    [Fact]
    public void A_complete_configuration_is_valid() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:SendGrid:ApiKey is empty; give an API key with the scopes asm.*, suppression.* and mail.send.",
            "OptOut:SendGrid:Groups has no group for the topic 'newsletter'; set OptOut:SendGrid:Groups:newsletter to the id of "
                + "the unsubscribe group its mails are sent with.",
            "OptOut:SendGrid:Groups has no group for the topic 'offers'; set OptOut:SendGrid:Groups:offers to the id of the "
                + "unsubscribe group its mails are sent with.",
            "OptOut:SendGrid:From:Address is not an e-mail address; give the verified sender that confirmations come from.",
            "OptOut:SendGrid:From:Name is empty; give the name people know the sender by.",
        ],
        Errors(new SendGridOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix()
    {
        using var wrongCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var options = Good();
        options.ApiKey = "SG.with space";
        options.BaseAddress = new Uri("http://api.sendgrid.com");
        options.Timeout = TimeSpan.Zero;
        options.PullTimeout = TimeSpan.FromHours(1);
        options.Groups["offers"] = 101;
        options.Groups["gone"] = -4;
        options.ServiceGroups.Add(101);
        options.GroupStops = (GroupStop)7;
        options.EventPublicKeys.Add("-----BEGIN PUBLIC KEY-----");
        options.EventPublicKeys.Add(Convert.ToBase64String(wrongCurve.ExportSubjectPublicKeyInfo()));
        options.InboundPublicKeys.Add(Convert.ToBase64String(wrongCurve.ExportSubjectPublicKeyInfo()));

        Assert.Equal(
            [
                "OptOut:SendGrid:ApiKey contains a space or a character that is not ASCII; copy the key again, without anything around it.",
                "OptOut:SendGrid:BaseAddress is 'http://api.sendgrid.com/'; give https://api.sendgrid.com or "
                    + "https://api.eu.sendgrid.com (http only for a sandbox on this machine).",
                "OptOut:SendGrid:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:SendGrid:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:SendGrid:Groups:gone is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.",
                "OptOut:SendGrid:Groups:gone is -4; give the group's id, a number above 0.",
                "OptOut:SendGrid:Groups gives group 101 to newsletter and offers; give every topic its own group.",
                "OptOut:SendGrid:ServiceGroups names group 101, which is the group of the "
                    + "topic 'newsletter'; remove it from one of the two.",
                "OptOut:SendGrid:ServiceGroups names group 101, which is the group of the topic 'offers'; remove it from one of the two.",
                "OptOut:SendGrid:GroupStops is 7; give Everything or Topic.",
                "OptOut:SendGrid:EventPublicKeys:1 is not a P-256 public key; copy the verification key from Settings > "
                    + "Mail Settings > Event Webhooks, without BEGIN and END lines.",
                "OptOut:SendGrid:EventPublicKeys:2 is not a P-256 public key; copy the verification key from Settings > "
                    + "Mail Settings > Event Webhooks, without BEGIN and END lines.",
                "OptOut:SendGrid:InboundPublicKeys:0 is not a P-256 public key; copy public_key from the answer to POST "
                    + "/v3/user/webhooks/security/policies, without BEGIN and END lines.",
            ],
            Errors(options));
    }

    [Theory]
    [InlineData("https://api.sendgrid.com/v3", false)]
    [InlineData("https://api.eu.sendgrid.com", true)]
    [InlineData("http://127.0.0.1:7090", true)]
    [InlineData("ftp://api.sendgrid.com", false)]
    public void The_base_address_has_no_path_and_must_use_https_except_on_this_machine(string address, bool passes)
    {
        var options = Good();
        options.BaseAddress = new Uri(address);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public void A_null_setting_is_reported_like_any_other()
    {
        var options = Good();
        (options.ApiKey, options.BaseAddress, options.From) = (null!, null!, null!);
        options.EventPublicKeys[0] = null!;

        Assert.Equal(
            ["ApiKey", "BaseAddress", "EventPublicKeys:0", "From:Address", "From:Name"],
            Errors(options).Select(e => e["OptOut:SendGrid:".Length..e.IndexOf(' ', StringComparison.Ordinal)]));
    }

    [Fact]
    public void No_message_contains_a_secret()
    {
        var options = Good();
        options.ApiKey = "SG.s3cret ";
        Assert.All(Errors(options), e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mistake_prevents_the_adapter_from_starting()
    {
        await using var it = await SandboxedSendGrid.StartAsync(
            settings: [KeyValuePair.Create("OptOut:SendGrid:Groups:offers", (string?)"101")]);

        var thrown = Assert.Throws<OptionsValidationException>(() => it.Vendor);

        Assert.Equal(["OptOut:SendGrid:Groups gives group 101 to newsletter and offers; give every topic its own group."], thrown.Failures);
    }

    private static SendGridOptions Good()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SendGridOptions
        {
            ApiKey = "SG.key",
            Groups = new Dictionary<string, int>(StringComparer.Ordinal) { ["newsletter"] = 101, ["offers"] = 102 },
            EventPublicKeys = [Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())],
            From = new SendGridSender { Address = "privacy@controller.example", Name = "Controller" },
        };
    }

    private static string[] Errors(SendGridOptions options)
    {
        var catalogue = new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        };
        return [.. new SendGridOptionsValidator(Options.Create(catalogue)).Validate(null, options).Failures ?? []];
    }
}
