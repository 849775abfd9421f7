using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;

namespace OptOut.Tests.Delivery;

/// <summary>
/// Dead letters are counted, reported, and replayed once their cause is fixed, so a Stop among them is late but never lost.
/// </summary>
public sealed class DeadLetterTests(AzuriteFixture azurite)
{
    private static readonly SandboxFailure Refuses = new(
        SandboxFailureKind.Status, Status: 403, Message: "access forbidden", Containing: "/v3/asm/");
    private static readonly SandboxFailure RefusesMail = new(
        SandboxFailureKind.Status, Status: 403, Message: "access forbidden", Containing: "/v3/mail/send");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Stop_that_a_vendor_rejected_is_confirmed_after_the_vendor_is_fixed_and_the_message_is_replayed()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await PutAsync(host, "dead-1", ["dead-1@example.com"]);
        host.Sandbox.SendGrid.Failures.Set(Refuses);
        await host.OneClickAsync(await host.TokenAsync("dead-1"));
        await DeadAsync(host, "email", 1);
        var pressed = (await host.LedgerAsync(subject, 1))[0].Change;

        var group = Assert.Single(await ListAsync(host));
        var at = pressed.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFF", CultureInfo.InvariantCulture);
        Assert.Equal(
            $$"""{"subscription":"email","vendor":"sendgrid","reason":"Rejected","count":1,"oldest":"{{at}}+00:00"}""",
            group!.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));

        host.Sandbox.SendGrid.Failures.Clear();
        Assert.Equal(
            """{"replayed":1,"subscriptions":[{"subscription":"email","replayed":1,"left":0,"unreadable":0}]}""", await ReplayAsync(host));

        var row = await host.ConfirmedAsync(subject, pressed.Id);
        Assert.Equal(pressed.At, row.Since);
        Assert.Contains("dead-1@example.com", host.OnSendGridsList());
        await host.QuietAsync();
        Assert.Empty(await ListAsync(host));

        // The replay concerns only the vendor: there is no second confirmation mail and nothing new in the ledger.
        Assert.Single(host.Sandbox.SendGrid.Mails);
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_message_can_be_replayed_twice_within_ten_minutes_and_no_retry_is_dropped_as_a_duplicate()
    {
        // Gives up after two attempts.
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:FanOut:MaxAttempts"] = "2" });
        var subject = await PutAsync(host, "dead-2", ["dead-2@example.com"]);
        var vendor = host.Sandbox.SendGrid;
        vendor.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Containing: "/v3/asm/"));
        await host.OneClickAsync(await host.TokenAsync("dead-2"));
        await DeadAsync(host, "vendor-retry", 1);

        await ReplayAsync(host, """{"subscription":"vendor-retry","reason":"GaveUp"}""");
        await OptOutHost.UntilAsync(async () => (await SentToEmailAsync(host, subject)).Count == 4);
        await DeadAsync(host, "vendor-retry", 1);

        // This time only the first attempt fails.
        vendor.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Calls: 1, Containing: "/v3/asm/"));
        await ReplayAsync(host, """{"subscription":"vendor-retry","vendor":"sendgrid"}""");
        await host.ConfirmedAsync(subject);

        // The press and its retry, then two replays with one retry each. None was dropped as a duplicate.
        var sent = await SentToEmailAsync(host, subject);
        Assert.Equal(6, sent.Count);
        Assert.Equal(6, sent.Select(m => m.MessageId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal([0, 1, 0, 1, 0, 1], sent.Select(m => m.ApplicationProperties.GetValueOrDefault("attempt") as int? ?? 0));
        Assert.Contains("dead-2@example.com", host.OnSendGridsList());
        await host.QuietAsync();
        Assert.Empty(await ListAsync(host));
    }

    [Fact]
    public async Task A_replay_takes_only_the_requested_messages_and_reports_and_keeps_unreadable_ones()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        host.Sandbox.SendGrid.Failures.Set(Refuses);
        for (var i = 0; i < 3; i++)
        {
            await PutAsync(host, $"dead-3-{i}", [$"dead-3-{i}@example.com"]);
            await host.OneClickAsync(await host.TokenAsync($"dead-3-{i}"));
        }

        await DeadAsync(host, "email", 3);
        var broken = SubjectMessage.From(Change.Create(
            Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
            host.SubjectOf("dead-3"),
            Scope.Everything,
            Decision.Stop,
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            Source.Import,
            new ChangeEvidence()));
        ServiceBusMessage[] messages = [broken.ToServiceBus(), broken.PassedOn("email", []).ToServiceBus()];
        foreach (var message in messages)
            message.ApplicationProperties["v"] = "2";
        await using (var client = new ServiceBusClient(host.BusConnectionString))
        {
            await using var sender = client.CreateSender(Topology.BusTopic);
            await sender.SendMessagesAsync(messages, Cancel);
        }

        await DeadAsync(host, "email", 4);
        await DeadAsync(host, "apply", 1);
        var confirmed = host.OnSendGridsList();
        host.Sandbox.SendGrid.Failures.Clear();

        Assert.Equal("""{"replayed":0,"subscriptions":[]}""", await ReplayAsync(host, """{"vendor":"nobody"}"""));
        Assert.Equal(
            """{"replayed":0,"subscriptions":[{"subscription":"link-mail","replayed":0,"left":0,"unreadable":0}]}""",
            await ReplayAsync(host, """{"subscription":"link-mail"}"""));
        Assert.Equal(
            """{"replayed":0,"subscriptions":[{"subscription":"apply","replayed":0,"left":0,"unreadable":1}]}""",
            await ReplayAsync(host, """{"subscription":"apply","reason":"Malformed"}"""));
        Assert.Equal(confirmed, host.OnSendGridsList());

        Assert.Equal(
            """{"replayed":2,"subscriptions":[{"subscription":"email","replayed":2,"left":1,"unreadable":1}]}""",
            await ReplayAsync(host, """{"subscription":"email","max":2}"""));
        await OptOutHost.UntilAsync(() => Task.FromResult(host.OnSendGridsList().Length == confirmed.Length + 2));
        await DeadAsync(host, "email", 2);

        // The messages that the replay locked without replaying them are available again.
        Assert.Equal(
            """{"replayed":1,"subscriptions":[{"subscription":"email","replayed":1,"left":0,"unreadable":0}]}""",
            await ReplayAsync(host, """{"subscription":"email","reason":"Rejected"}"""));
        await OptOutHost.UntilAsync(() => Task.FromResult(host.OnSendGridsList().Length == confirmed.Length + 3));
    }

    [Fact]
    public async Task A_rejected_link_mail_can_be_replayed()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await PutAsync(host, "dead-4", ["dead-4@example.com"]);
        host.Sandbox.SendGrid.Failures.Set(RefusesMail);
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("ask=link&email=dead-4%40example.com"));
        await DeadAsync(host, Topology.LinkMail, 1);
        Assert.Null((await ListAsync(host))[0]!["vendor"]);

        await ReplayAsync(host, """{"subscription":"link-mail"}""");
        await OptOutHost.UntilAsync(async () => (await host.SentAsync()).Count(m => m.Subject == "link-requested") == 2);
        await DeadAsync(host, Topology.LinkMail, 1);
        host.Sandbox.SendGrid.Failures.Clear();
        await ReplayAsync(host);

        await OptOutHost.UntilAsync(() => Task.FromResult(host.Sandbox.SendGrid.Mails.Count == 1));
        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails);
        Assert.Empty(await ListAsync(host));
    }

    [Fact]
    public async Task The_hourly_count_logs_dead_letters_as_an_error_and_removes_none()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.RunTimerAsync("CountDeadLetters");
        Assert.DoesNotContain(host.Logs.Lines, l => l.Contains("dead-lettered", StringComparison.Ordinal));

        await PutAsync(host, "dead-5", ["dead-5@example.com"]);
        host.Sandbox.SendGrid.Failures.Set(Refuses);
        await host.OneClickAsync(await host.TokenAsync("dead-5"));
        await DeadAsync(host, "email", 1);
        Assert.True(await host.RunTimerAsync("CountDeadLetters"));

        var line = Assert.Single(host.Logs.Lines, l => l.StartsWith("Error 1 messages are dead-lettered", StringComparison.Ordinal));
        Assert.StartsWith(
            "Error 1 messages are dead-lettered in email (Rejected, vendor sendgrid), the oldest from ", line, StringComparison.Ordinal);
        Assert.EndsWith(": fix the cause, then POST /api/dead-letters/replay", line.TrimEnd(), StringComparison.Ordinal);
        await DeadAsync(host, "email", 1);
    }

    [Fact]
    public async Task The_nightly_report_lists_dead_letters_and_does_not_claim_that_every_opt_out_is_honoured()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await PutAsync(host, "dead-6", ["dead-6@example.com"]);
        host.Sandbox.SendGrid.Failures.Set(RefusesMail);
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("ask=link&email=dead-6%40example.com"));
        await DeadAsync(host, Topology.LinkMail, 1);
        host.Sandbox.SendGrid.Failures.Clear();

        var report = await host.Service<Reconciler>().RunAsync(Cancel);

        Assert.Equal((true, "1 message is dead-lettered: fix its cause and replay it."), (report.NeedsAttention, report.Verdict));
        var group = Assert.Single(report.DeadLetters!);
        Assert.Equal(("link-mail", null, "Rejected", 1), (group.Subscription, group.Vendor, group.Reason, group.Count));
        var line = $"link-mail, no vendor: Rejected: 1, the oldest from {ReportWords.Moment(group.Oldest)}";
        Assert.EndsWith($"\nDead letters\n! {line}\n", ReportText.Render(report), StringComparison.Ordinal);
        Assert.Contains(
            "<tr><th scope=\"row\">link-mail, no vendor: Rejected</th><td>1, the oldest from ",
            await ReportPage.RenderAsync(host.Service<ComponentRenderer>(), report),
            StringComparison.Ordinal);
        Assert.Equal(report.DeadLetters, ReconciliationReport.FromJson(report.ToJson()).DeadLetters);

        await ReplayAsync(host);
        await OptOutHost.UntilAsync(
            () => Task.FromResult(host.Sandbox.SendGrid.Mails.Any(m => m.PlainText.Contains("/preferences", StringComparison.Ordinal))));
        report = await host.Service<Reconciler>().RunAsync(Cancel);
        Assert.Equal((false, 0), (report.NeedsAttention, report.DeadLetters!.Count));
    }

    [Fact]
    public async Task An_invalid_request_is_explained_and_without_the_bus_the_answer_is_503_with_Retry_After()
    {
        await using var host = await OptOutHost.StartAsync(azurite);

        Assert.Equal(401, (await host.SendAsync("GET", "/api/dead-letters")).Status);
        Assert.Equal(401, (await host.SendAsync("POST", "/api/dead-letters/replay")).Status);
        Assert.Equal(
            """{"subscription":["Not a subscription. Give one of: apply, email, sms, phone, post, confirmation, vendor-retry, link-mail; """
                + """or leave it out for all."],"reason":["Not a reason. Give one of: Rejected, GaveUp, Malformed, HandlerFailed, """
                + """KillsItsHandler, UnknownState, MaxDeliveryCountExceeded, TTLExpiredException, HeaderSizeExceeded, Other; or leave it out for all."]"""
                + ""","vendor":["Give the vendor's name as GET /api/dead-letters returns it; or leave it out for all."]"""
                + ""","max":["Give 1 to 1000, or leave it out for 100. The rest needs another call."]}""",
            await RefusedAsync(host, """{"subscription":"fax","reason":"rejected","vendor":"","max":0}"""));
        Assert.Equal(
            """{"all":["Not the JSON that this call expects, at line 1, byte 8: """
                + """look for a wrong type, a missing or unknown property, or a stray comma."]}""",
            await RefusedAsync(host, """{"all":true}"""));

        await host.StopBusAsync();
        var (listed, replayed) = (
            await host.SendAsync("GET", "/api/dead-letters", key: OptOutHost.FunctionKey),
            await host.SendAsync("POST", "/api/dead-letters/replay", key: OptOutHost.FunctionKey));
        await host.StartBusAsync();
        Assert.Equal((503, 503, "60"), (listed.Status, replayed.Status, replayed.Headers["Retry-After"]));
    }

    // Service Bus allows 128 characters (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas).
    [Fact]
    public void The_longest_message_id_fits()
    {
        var message = new SubjectMessage(
            new SubjectKey(1), [], DateTimeOffset.UnixEpoch, Guid.Empty, "confirmation", new string('v', 32), 999, 99_999);

        Assert.InRange((message with { Replay = long.MaxValue }).ToServiceBus().MessageId.Length, 100, 128);
    }

    // Waits until the bus is idle. Otherwise the message about the new subject could see the Stop and be dead-lettered too.
    private static async Task<SubjectKey> PutAsync(OptOutHost host, string id, string[] email)
    {
        var subject = await host.PutSubjectAsync(id, email);
        await host.QuietAsync();
        return subject;
    }

    private static async Task<string> RefusedAsync(OptOutHost host, string body)
    {
        var answer = await host.SendAsync("POST", "/api/dead-letters/replay", new StringContent(body), OptOutHost.FunctionKey);
        Assert.Equal(400, answer.Status);
        return answer.Json["errors"]!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal);
    }

    private static async Task<JsonArray> ListAsync(OptOutHost host)
    {
        var answer = await host.SendAsync("GET", "/api/dead-letters", key: OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        var groups = answer.Json["deadLetters"]!.AsArray();
        Assert.Equal(answer.Json["total"]!.GetValue<int>(), groups.Sum(g => g!["count"]!.GetValue<int>()));
        return groups;
    }

    private static async Task<string> ReplayAsync(OptOutHost host, string? body = null)
    {
        var answer = await host.SendAsync(
            "POST", "/api/dead-letters/replay", body is null ? null : new StringContent(body), OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        return answer.Body;
    }

    private static Task DeadAsync(OptOutHost host, string subscription, int count) =>
        OptOutHost.UntilAsync(
            async () => (await host.DeadLettersAsync(subscription)).Count == count, $"{count} dead letters in {subscription}");

    /// <summary>The messages about the person's Stop that the e-mail subscription receives, in the order they were sent.</summary>
    private static async Task<List<ServiceBusReceivedMessage>> SentToEmailAsync(OptOutHost host, SubjectKey subject) =>
        [
            .. (await host.SentAsync()).Where(
                m => m.CorrelationId == $"{subject}"
                    && m.Subject == "consent-change"
                    && m.ApplicationProperties.GetValueOrDefault("only") is "email" or "vendor-retry"),
        ];
}
