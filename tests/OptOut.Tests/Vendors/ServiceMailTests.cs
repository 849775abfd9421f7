using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MimeKit;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

/// <summary>No vendor is required. Service mail goes through the one that is configured.</summary>
public sealed class ServiceMailTests
{
    // What removes SendGrid from the settings of the tests.
    private static readonly (string, string?)[] NoSendGrid =
    [
        .. ((string[])["Groups:newsletter", "Groups:offers", "From:Address", "From:Name", "ApiKey", "BaseAddress",
            "EventPublicKeys:0", "InboundPublicKeys:0", "ServiceGroups:0"]).Select(s => ($"OptOut:SendGrid:{s}", (string?)null)),
    ];

    private static OutgoingMail Mail => SendGridMailTests.Confirmation;

    [Theory]
    [InlineData("postmark")]
    [InlineData("amazon-ses")]
    public async Task With_one_mail_vendor_the_product_starts(string vendor)
    {
        await using var it = await SandboxedVendor.StartAsync(vendor, null, NoSendGrid);

        it.Services.GetRequiredService<IStartupValidator>().Validate();

        Assert.DoesNotContain(it.Services.GetServices<IVendor>(), v => v.Name == "sendgrid");
        Assert.Equal(vendor, it.Services.GetRequiredService<ServiceMailVendor>().Name);
    }

    [Fact]
    public async Task Postmark_sends_service_mail_over_its_transactional_stream_even_to_those_who_stopped_everything()
    {
        await using var it = await SandboxedVendor.StartAsync("postmark", null, NoSendGrid);
        await it.PushAsync("*", who: Mail.To);

        Assert.IsType<VendorOutcome.Confirmed>(await SendAsync(it));

        var mail = Assert.Single(((PostmarkSandbox)it.Remote).Mails);
        Assert.Equal("De Kruidtuin <privacy@kruidtuin.example>", Text(mail["From"]));
        Assert.Equal($"Jan Peeters <{Mail.To.Value}>", Text(mail["To"]));
        Assert.Equal(
            (Mail.SubjectLine, Mail.PlainText, Mail.Html), (Text(mail["Subject"]), Text(mail["TextBody"]), Text(mail["HtmlBody"])));
        Assert.Equal(
            ("outbound", false, "None"), (Text(mail["MessageStream"]), mail["TrackOpens"]!.GetValue<bool>(), Text(mail["TrackLinks"])));
        AssertHeaders(mail["Headers"]!.AsArray());
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("jan.peeters", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Amazon_SES_sends_service_mail_without_its_contact_list_even_to_those_who_stopped_everything()
    {
        await using var it = await SandboxedVendor.StartAsync("amazon-ses", null, NoSendGrid);
        await it.PushAsync("*", who: Mail.To);

        Assert.IsType<VendorOutcome.Confirmed>(await SendAsync(it));

        var mail = Assert.Single(((AmazonSesSandbox)it.Remote).Mails);
        Assert.Null(mail["ListManagementOptions"]);
        Assert.Equal("De Kruidtuin <privacy@kruidtuin.example>", Text(mail["FromEmailAddress"]));
        Assert.Equal($"Jan Peeters <{Mail.To.Value}>", Text(mail["Destination"]!["ToAddresses"]![0]));
        var simple = mail["Content"]!["Simple"]!;
        Assert.Equal(
            (Mail.SubjectLine, Mail.PlainText, Mail.Html),
            (Text(simple["Subject"]!["Data"]), Text(simple["Body"]!["Text"]!["Data"]), Text(simple["Body"]!["Html"]!["Data"])));
        AssertHeaders(simple["Headers"]!.AsArray());
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("jan.peeters", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("postmark")]
    [InlineData("amazon-ses")]
    public async Task A_page_from_something_in_between_is_not_a_sent_mail(string vendor)
    {
        await using var it = await SandboxedVendor.StartAsync(vendor, null, NoSendGrid);
        it.Remote.Failures.Set(new SandboxFailure(SandboxFailureKind.Garbage, Containing: "POST"));

        Assert.IsType<VendorOutcome.Transient>(await SendAsync(it));
    }

    [Fact]
    public async Task A_recipient_that_Postmark_refuses_is_rejected_without_naming_the_address()
    {
        await using var it = await SandboxedVendor.StartAsync("postmark", null, NoSendGrid);
        ((PostmarkSandbox)it.Remote).Add(
            new PostmarkEntry("outbound", Mail.To.Value, "HardBounce", "Recipient", TimeProvider.System.GetUtcNow()));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await SendAsync(it));

        Assert.StartsWith("Postmark answered POST email with 422.", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("jan.peeters", rejected.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SendGrid_sends_service_mail_as_before_when_several_vendors_could()
    {
        await using var it = await SandboxedVendor.StartAsync("postmark");

        await SendAsync(it);

        Assert.Empty(((PostmarkSandbox)it.Remote).Mails);
        Assert.Single(it.Sandbox.SendGrid.Mails);
    }

    [Fact]
    public async Task The_settings_choose_the_vendor_and_the_sender()
    {
        await using var it = await SandboxedVendor.StartAsync(
            "postmark",
            null,
            ("OptOut:ServiceMail:Vendor", "postmark"),
            ("OptOut:ServiceMail:From:Address", "bevestiging@kruidtuin.example"),
            ("OptOut:ServiceMail:From:Name", "Kruidtuin België"));

        await SendAsync(it);

        Assert.Empty(it.Sandbox.SendGrid.Mails);
        var from = Text(Assert.Single(((PostmarkSandbox)it.Remote).Mails)["From"]);
        Assert.All(from, c => Assert.True(char.IsAscii(c)));
        Assert.True(MailboxAddress.TryParse(from, out var sender));
        Assert.Equal(("Kruidtuin België", "bevestiging@kruidtuin.example"), (sender.Name, sender.Address));
    }

    [Theory]
    [InlineData("OptOut:ServiceMail:Vendor", "mailgun", "OptOut:ServiceMail:Vendor is 'mailgun'; give a configured vendor that sends "
        + "service mail (sendgrid or postmark), or leave it out.")]
    [InlineData("OptOut:ServiceMail:From:Address", "nobody", "OptOut:ServiceMail:From:Address is not an e-mail address")]
    [InlineData("OptOut:Postmark:MailStream", "broadcast", "OptOut:Postmark:MailStream is 'broadcast'; give the id of a transactional")]
    public async Task A_wrong_setting_is_named_with_its_fix(string setting, string value, string error)
    {
        await using var it = await SandboxedVendor.StartAsync(
            "postmark", null, ("OptOut:ServiceMail:Vendor", "postmark"), (setting, value));

        Assert.Contains(error, Problem(it), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_vendor_that_sends_mail_confirmations_must_be_switched_off()
    {
        await using var refused = await SandboxedVendor.StartAsync("twilio", null, NoSendGrid);
        Assert.Contains(
            "OptOut:Confirmation:Enabled is true, but no vendor that sends mail is configured", Problem(refused), StringComparison.Ordinal);

        await using var it = await SandboxedVendor.StartAsync("twilio", null, [.. NoSendGrid, ("OptOut:Confirmation:Enabled", "false")]);
        Assert.Equal("", Problem(it));
        Assert.IsType<VendorOutcome.Rejected>(await SendAsync(it));
    }

    [Fact]
    public async Task Without_a_vendor_that_receives_mail_a_link_has_no_mailto_form_and_a_warning()
    {
        await using var it = await SandboxedVendor.StartAsync("postmark", null, NoSendGrid);
        var link = new Link(SubjectKey.Parse(new string('0', 26)), Channel.Email, 0, TimeProvider.System.GetUtcNow(), 0);

        var forms = it.Services.GetRequiredService<LinkHeaders>().Write(link);

        Assert.Null(forms.Mailto);
        Assert.DoesNotContain("mailto", forms.ListUnsubscribe, StringComparison.Ordinal);
        Assert.Contains(forms.Warnings, w => w.StartsWith("OptOut:Links:MailtoHost is set, but no", StringComparison.Ordinal));
    }

    private static Task<VendorOutcome> SendAsync(SandboxedVendor it) =>
        it.Services.GetRequiredService<IMailSender>().SendAsync(Mail, TestContext.Current.CancellationToken);

    private static string Problem(SandboxedVendor it)
    {
        try
        {
            it.Services.GetRequiredService<IStartupValidator>().Validate();
            return "";
        }
        catch (Exception e) when (e is OptionsValidationException or AggregateException)
        {
            return e is AggregateException all ? string.Join('\n', all.InnerExceptions.Select(i => i.Message)) : e.Message;
        }
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static void AssertHeaders(JsonArray headers) => Assert.Equal(
        ["X-OptOut-Reference: 0198-abc", "Content-Language: nl", "Auto-Submitted: auto-generated"],
        headers.Select(h => $"{h!["Name"]}: {h["Value"]}"));
}
