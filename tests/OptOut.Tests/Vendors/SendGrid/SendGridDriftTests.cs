using System.Globalization;
using System.Text;
using System.Text.Json;
using OptOut.Consent;
using OptOut.Intake;

namespace OptOut.Tests.Vendors.SendGrid;

/// <summary>
/// What SendGrid reports besides opt-outs: that it dropped a mail, that an address bounced, that someone subscribed again there.
/// </summary>
public sealed class SendGridDriftTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_mail_to_a_person_without_a_decision_records_exactly_one_Stop_of_everything()
    {
        var subject = await host.PutSubjectAsync("drift-1", ["drift-1@example.com"], ["+32470333301"]);
        var body = Batch(Dropped("drift-1@example.com", "d-1a"), Dropped("drift-1@example.com", "d-1b"));

        Assert.Equal(200, await PostAsync(body));
        await host.LedgerAsync(subject, 1);
        await host.ConfirmedAsync(subject);
        Assert.Equal(200, await PostAsync(body));
        Assert.Equal(200, await PostAsync(Batch(Dropped("drift-1@example.com", "d-1c"))));

        await host.QuietAsync();
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "sendgrid", "d-1a"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor, change.Evidence.Reference));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470333301"));
        Assert.Contains(host.Logs.Lines, l => l.Contains("somebody is sending without calling", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dropped_mail_to_a_person_who_is_stopped_here_changes_nothing()
    {
        var subject = await host.PutSubjectAsync("drift-2", ["drift-2@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("drift-2"));
        await host.LedgerAsync(subject, 1);
        await host.ConfirmedAsync(subject);
        var before = await host.EverythingAsync();

        Assert.Equal(200, await PostAsync(Batch(Dropped("drift-2@example.com", "d-2"))));

        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_dropped_mail_to_a_person_who_allowed_again_records_no_Stop_and_updates_the_vendor()
    {
        var subject = await host.PutSubjectAsync("drift-3", ["drift-3@example.com"]);
        await DecideAsync(subject, Decision.Stop);
        await host.ConfirmedAsync(subject);
        await OptOutHost.UntilAsync(() => Task.FromResult(host.OnSendGridsList().Contains("drift-3@example.com")));
        await DecideAsync(subject, Decision.Allow);
        await OptOutHost.UntilAsync(() => Task.FromResult(!host.OnSendGridsList().Contains("drift-3@example.com")));
        await host.LedgerAsync(subject, 2);

        Assert.Equal(200, await PostAsync(Batch(Dropped("drift-3@example.com", "d-3", "Spam Reporting Address"))));

        await host.QuietAsync();
        await host.LedgerAsync(subject, 2);
        Assert.Equal((true, "allowed"), await host.CheckAsync("email", "drift-3@example.com"));
        Assert.Equal(
            "subject-updated",
            (await host.SentAsync()).Where(m => m.CorrelationId == subject.ToString()).MaxBy(m => m.SequenceNumber)!.Subject);
        Assert.DoesNotContain("drift-3@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task A_resubscription_at_the_vendor_allows_nothing_and_the_Stop_is_pushed_again()
    {
        var subject = await host.PutSubjectAsync("drift-4", ["drift-4@example.com"]);
        await DecideAsync(subject, Decision.Stop);
        await host.ConfirmedAsync(subject);
        Assert.Contains(host.Sandbox.SendGrid.GroupEntries, e => e.Email == "drift-4@example.com" && e.Group == 102);

        Assert.Equal(200, await host.Sandbox.SendGrid.ActAsync("group_resubscribe", "drift-4@example.com", 102, cancellationToken: Cancel));

        await OptOutHost.UntilAsync(
            () => Task.FromResult(host.Sandbox.SendGrid.GroupEntries.Any(e => e.Email == "drift-4@example.com" && e.Group == 102)));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "drift-4@example.com"));
        await host.LedgerAsync(subject, 1);

        // For a person who stopped nothing there is nothing to push.
        await host.QuietAsync();
        var before = await host.EverythingAsync();
        Assert.Equal(
            200, await host.Sandbox.SendGrid.ActAsync("group_resubscribe", "drift-4b@example.com", 102, cancellationToken: Cancel));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_hard_bounce_suppresses_the_address_without_a_Stop_and_a_soft_bounce_does_nothing()
    {
        var subject = await host.PutSubjectAsync("drift-5", ["drift-5@example.com"]);
        Assert.Equal(200, await host.Sandbox.SendGrid.ActAsync("bounce", "drift-5@example.com", cancellationToken: Cancel));
        Assert.Equal(
            200,
            await PostAsync(Batch(
                $$"""{"email":"drift-5b@example.com","event":"bounce","type":"blocked","sg_event_id":"b"}""",
                """{"email":"drift-5b@example.com","event":"deferred"}""")));

        Assert.Equal((false, "undeliverable"), await host.CheckAsync("email", "drift-5@example.com"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "drift-5b@example.com"));
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(subject));
    }

    [Fact]
    public async Task A_bad_event_does_not_prevent_the_others_from_being_recorded()
    {
        Assert.Equal(
            200,
            await PostAsync(Batch(
                "7",
                Unsubscribed("drift-6a@example.com", "e-6a"),
                """{"event":"unsubscribe"}""",
                Unsubscribed("drift-6b@example.com", "e-6b"))));

        await host.LedgerAsync(host.StandInFor("drift-6a@example.com"), 1);
        await host.LedgerAsync(host.StandInFor("drift-6b@example.com"), 1);
        Assert.Contains(host.Logs.Lines, l => l.Contains("sendgrid sent 2 events that could not be read", StringComparison.Ordinal));
    }

    [Fact]
    // More than a hundred people are recorded without waiting until they are visible.
    public Task A_batch_with_many_people_is_recorded_completely_and_once() => RecordedOnceAsync(110);

    [LongFact]
    public Task A_batch_with_hundreds_of_people_is_recorded_completely_and_once() => RecordedOnceAsync(250);

    private async Task RecordedOnceAsync(int count)
    {
        string[] people =
            [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"drift-{count}-{i}@example.com"))];
        var body = Batch([.. people.Select((p, i) => Unsubscribed(p, string.Create(CultureInfo.InvariantCulture, $"e-{count}-{i}")))]);

        Assert.Equal(200, await PostAsync(body));
        Assert.Equal(200, await PostAsync(body));

        await host.QuietAsync();
        Assert.All(await Task.WhenAll(people.Select(p => host.LedgerAsync(host.StandInFor(p)))), ledger => Assert.Single(ledger));
    }

    private async Task DecideAsync(SubjectKey subject, Decision decision)
    {
        var (now, seen) = (TimeProvider.System.GetUtcNow(), await host.SeenAsync(subject, decision));
        var change = Change.Create(EventIds.New(now), subject, Scope.Everything, decision, now, now, Source.Portal, seen: seen);
        Assert.True((await host.Service<ChangeIntake>().RecordAsync(change, WaitFor.Visible)).Durable);
    }

    private async Task<int> PostAsync(byte[] body)
    {
        var (signature, timestamp) = host.Sandbox.SendGrid.Sign(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/sendgrid/events") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", signature);
        request.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        return (await host.SendAsync(request)).Status;
    }

    private static byte[] Batch(params string[] events) => Encoding.UTF8.GetBytes($"[{string.Join(',', events)}]");

    private static string Unsubscribed(string email, string id) =>
        JsonSerializer.Serialize(new { email, timestamp = 1_777_000_000, @event = "unsubscribe", sg_event_id = id });

    private static string Dropped(string email, string id, string reason = "Unsubscribed Address") =>
        JsonSerializer.Serialize(new { email, timestamp = 1_777_000_000, @event = "dropped", reason, sg_event_id = id });
}
