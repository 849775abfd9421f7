using System.Text.Json.Nodes;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Messaging;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridMailTests
{
    internal static readonly OutgoingMail Confirmation = new(
        Jan, "Jan Peeters", "U bent uitgeschreven", "Wij schrijven u niet meer.", "<p>Wij schrijven u niet meer.</p>", "nl", "0198-abc");

    [Fact]
    public async Task A_confirmation_reaches_a_person_who_stopped_everything()
    {
        await using var it = await StartAsync();
        await it.PushAsync("*");

        Assert.IsType<VendorOutcome.Confirmed>(await it.Mail.SendAsync(Confirmation, TestContext.Current.CancellationToken));

        var mail = Assert.Single(it.Account.Mails);
        Assert.Null(mail.Dropped);
        Assert.Equal(("jan.peeters+x/y@example.com", "U bent uitgeschreven"), (mail.To, mail.Subject));
        Assert.Equal(("Wij schrijven u niet meer.", "<p>Wij schrijven u niet meer.</p>"), (mail.PlainText, mail.Html));
    }

    [Fact]
    public async Task The_same_mail_without_the_bypass_would_have_been_dropped()
    {
        await using var it = await StartAsync();
        await it.PushAsync("*");
        await it.Mail.SendAsync(Confirmation, TestContext.Current.CancellationToken);
        var request = JsonNode.Parse(it.Account.Mails[0].Request)!.AsObject();
        request.Remove("mail_settings");

        using var http = new HttpClient { BaseAddress = it.Sandbox.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "SG.sandbox");
        using var answer = await http.PostAsync(
            "/v3/mail/send", new StringContent(request.ToJsonString()), TestContext.Current.CancellationToken);

        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal("Unsubscribed Address", it.Account.Mails[1].Dropped);
    }

    [Fact]
    public async Task The_bypass_applies_to_unsubscribes_only()
    {
        await using var it = await StartAsync();
        it.Account.AddSpamReports(new SendGridEntry(Jan.Value, it.Account.Now));

        await it.Mail.SendAsync(Confirmation, TestContext.Current.CancellationToken);

        Assert.Equal("Spam Reporting Address", Assert.Single(it.Account.Mails).Dropped);
    }

    [Fact]
    public async Task A_confirmation_has_no_tracking_and_carries_only_its_reference()
    {
        await using var it = await StartAsync();

        await it.Mail.SendAsync(Confirmation, TestContext.Current.CancellationToken);

        var sent = JsonNode.Parse(Assert.Single(it.Account.Mails).Request)!;
        Assert.Equal("""{"bypass_unsubscribe_management":{"enable":true}}""", sent["mail_settings"]!.ToJsonString());
        foreach (var tracking in new[] { "click_tracking", "open_tracking", "subscription_tracking", "ganalytics" })
            Assert.False(sent["tracking_settings"]![tracking]!["enable"]!.GetValue<bool>(), tracking);
        Assert.Equal("""{"optout_reference":"0198-abc"}""", sent["custom_args"]!.ToJsonString());
        Assert.Equal("""["optout-service"]""", sent["categories"]!.ToJsonString());
        Assert.Equal("0198-abc", sent["headers"]!["X-OptOut-Reference"]!.GetValue<string>());
        Assert.Equal("nl", sent["headers"]!["Content-Language"]!.GetValue<string>());
        Assert.Equal("auto-generated", sent["headers"]!["Auto-Submitted"]!.GetValue<string>());
        Assert.Equal("""{"name":"Controller","email":"privacy@controller.example"}""", sent["from"]!.ToJsonString());
        Assert.Null(sent["asm"]);
    }

    [Fact]
    public async Task A_mail_that_SendGrid_refuses_is_returned_as_a_rejection()
    {
        await using var it = await StartAsync();
        it.Account.Failures.Set(
            new(SandboxFailureKind.Status, Status: 403, Message: "The from address does not match a verified Sender Identity."));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.Mail.SendAsync(Confirmation, TestContext.Current.CancellationToken));

        Assert.Equal(
            "The key in OptOut:SendGrid:ApiKey is not allowed to make this call (POST mail/send, 403); "
                + "give it the scope mail.send. SendGrid reported: The from address does not match a verified Sender Identity.",
            outcome.Reason);
        Assert.Empty(it.Account.Mails);
    }

    [Fact]
    public async Task A_mail_without_a_recipient_name_is_sent()
    {
        await using var it = await StartAsync();

        Assert.IsType<VendorOutcome.Confirmed>(
            await it.Mail.SendAsync(Confirmation with { ToName = null }, TestContext.Current.CancellationToken));

        Assert.Null(Assert.Single(it.Account.Mails).Dropped);
    }

    [Fact]
    public void A_mail_formatted_as_text_shows_only_its_reference() => Assert.Equal("mail 0198-abc", $"{Confirmation}");
}
