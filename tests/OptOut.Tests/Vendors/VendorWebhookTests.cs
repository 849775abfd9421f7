using System.Net;
using System.Text;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Tests.Vendors;

/// <summary><c>/webhooks/sendgrid/events</c>: accepts only signed events, and records a repeated event once.</summary>
public sealed class VendorWebhookTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string Path = "/webhooks/sendgrid/events";

    [Fact]
    public async Task A_person_who_stops_at_the_vendor_stops_everything_here()
    {
        var subject = await host.PutSubjectAsync("hook-1", ["hook-1@example.com"], ["+32470111111"]);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ActAsync(
                "group_unsubscribe", "hook-1@example.com", 101, cancellationToken: TestContext.Current.CancellationToken));

        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "sendgrid"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await host.ConfirmedAsync(subject);
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470111111"));

        // A person who stopped elsewhere gets no mail from us.
        await host.QuietAsync();
        Assert.DoesNotContain(host.Sandbox.SendGrid.Mails, m => m.To == "hook-1@example.com");
    }

    [Fact]
    public async Task A_repeated_event_is_recorded_once_even_in_another_batch()
    {
        var subject = await host.PutSubjectAsync("hook-2", ["hook-2@example.com"]);
        var body = Event("hook-2@example.com", "ev-2");

        Assert.Equal(200, (await PostAsync(body)).Status);
        Assert.Equal(200, (await PostAsync(body)).Status);
        Assert.Equal(
            200, (await PostAsync([.. body[..^1], .. Encoding.UTF8.GetBytes(","), .. Event("hook-2@example.com", "ev-2b")[1..]])).Status);

        await host.LedgerAsync(subject, 1);
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task An_event_that_is_unsigned_altered_or_signed_with_another_timestamp_changes_nothing()
    {
        var subject = await host.PutSubjectAsync("hook-3", ["hook-3@example.com"]);
        var body = Event("hook-3@example.com", "ev-3");
        var (signature, timestamp) = host.Sandbox.SendGrid.Sign(body);
        var before = await host.EverythingAsync();

        Answer[] answers =
        [
            await PostAsync(body, null, null),
            await PostAsync(body, signature, null),
            await PostAsync(body, null, timestamp),
            await PostAsync(body, "AAAA", timestamp),
            await PostAsync(body, signature, timestamp + "0"),
            await PostAsync([.. body, (byte)' '], signature, timestamp),
            await PostAsync(Event("other@example.com", "ev-3"), signature, timestamp),
        ];

        Assert.All(answers, a => Assert.Equal((401, ""), (a.Status, a.Body)));
        Assert.Equal(413, (await PostAsync(new byte[(4 * 1024 * 1024) + 1], signature, timestamp)).Status);
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Empty(await host.LedgerAsync(subject));
    }

    [Fact]
    public async Task A_Stop_for_an_address_unknown_to_us_is_recorded()
    {
        Assert.Equal(200, (await PostAsync(Event("hook-4@example.com", "ev-4"))).Status);

        await host.LedgerAsync(host.StandInFor("hook-4@example.com"), 1);
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", "hook-4@example.com") == (false, "stopped"));
    }

    private Task<Answer> PostAsync(byte[] body)
    {
        var (signature, timestamp) = host.Sandbox.SendGrid.Sign(body);
        return PostAsync(body, signature, timestamp);
    }

    private async Task<Answer> PostAsync(byte[] body, string? signature, string? timestamp)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body), Version = HttpVersion.Version11 };
        if (signature is not null)
            request.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", signature);
        if (timestamp is not null)
            request.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        return await host.SendAsync(request);
    }

    private static byte[] Event(string email, string id) => JsonSerializer.SerializeToUtf8Bytes(
        new[] { new { email, timestamp = 1_777_000_000, @event = "unsubscribe", sg_event_id = id, sg_message_id = "m" } });
}
