using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Tests.Web.Unsubscribe;

namespace OptOut.Tests;

/// <summary>
/// What happens to a Stop while the bus, the tables or both are unavailable. Tests that stop the storage have one of their own.
/// </summary>
public sealed class DurabilityTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_bus_is_unavailable_a_one_click_waits_in_the_outbox_and_reaches_the_vendor_afterwards()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("bus-outage", ["bus-outage@example.com"]);
        var token = await host.TokenAsync("bus-outage");
        await host.QuietAsync();
        await host.StopBusAsync();

        var answer = await host.OneClickAsync(token);
        var page = await host.PressAsync(token);

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal((200, "You are unsubscribed"), (page.Status, LinkPageTests.Words(page.Body)[1]));
        Assert.Equal(2, host.Rows(host.Storage.Outbox));

        // Only the page shows what stands, so only its Stop is in the store already. The other one then repeats it, and adds no entry.
        var ledger = await host.LedgerAsync(subject, 1);
        Assert.Equal(Source.UnsubscribePage, ledger[0].Change.Source);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "bus-outage@example.com"));
        Assert.Empty(host.OnSendGridsList());
        var health = await host.SendAsync("GET", "/api/health");
        Assert.Equal((200, """{"status":"degraded","tables":"ok","bus":"down"}"""), (health.Status, health.Body));

        await host.StartBusAsync();
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });

        await host.ConfirmedAsync(subject);
        Assert.Equal(["bus-outage@example.com"], host.OnSendGridsList());
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
        Assert.Single(host.Sandbox.SendGrid.Mails);
    }

    [Fact]
    public async Task While_the_bus_is_unavailable_the_largest_possible_submission_waits_whole_in_the_outbox()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = host.SubjectOf("largest-submission");
        var (now, submissionId) = (TimeProvider.System.GetUtcNow(), EventIds.Derive("largest submission"));
        Change[] changes = [.. from channel in Channels.All from number in Enumerable.Range(1, 50) select Change.Create(
            EventIds.Derive($"{submissionId}", $"{channel}", $"{number}"),
            subject,
            new Scope(channel, Topic.Parse($"a-topic-with-a-long-name-{number}")),
            Decision.Stop,
            now,
            now,
            Source.Portal,
            new ChangeEvidence(Reference: new string('r', 200)),
            submissionId)];
        await host.StopBusAsync();

        var recorded = await host.Service<ChangeIntake>().RecordAsync(changes, WaitFor.Visible);

        Assert.Equal(new IntakeResult(Durable: true, Stored: true), recorded);
        Assert.Equal(1, host.Rows(host.Storage.Outbox));
        await host.StartBusAsync();
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });
        await host.QuietAsync();
        Assert.Equal(changes, (await host.LedgerAsync(subject, 200)).Select(e => e.Change));
    }

    [Fact]
    public async Task While_the_tables_are_unavailable_a_one_click_waits_on_the_bus_and_is_applied_later()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("tables-outage", ["tables-outage@example.com"]);
        var token = await host.TokenAsync("tables-outage");
        await host.QuietAsync();
        await storage.StopAsync();

        var answer = await host.OneClickAsync(token);
        var page = await host.PressAsync(token);
        var form = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=tables-outage%40example.com"));
        var linkPage = await host.SendAsync("GET", $"/u/{token}");
        var put = await host.SendAsync(
            "PUT", "/api/subjects/other", new StringContent("""{"identifiers":{"email":["other@example.com"]}}"""), OptOutHost.FunctionKey);
        var health = await host.SendAsync("GET", "/api/health");

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(200, page.Status);
        Assert.Contains("Your opt-out is safely recorded and will show everywhere in a few moments.", LinkPageTests.Words(page.Body));
        Assert.Equal(200, form.Status);
        Assert.Equal((200, "Unsubscribe"), (linkPage.Status, LinkPageTests.Words(linkPage.Body)[1]));
        Assert.Equal(
            (503, "60", "Temporarily unavailable. Send the same request again."),
            (put.Status, put.Headers["Retry-After"], put.Json["title"]!.GetValue<string>()));
        Assert.Equal((200, """{"status":"degraded","tables":"down","bus":"ok"}"""), (health.Status, health.Body));

        storage.StartAgain();

        await host.ConfirmedAsync(subject);

        // All three are applied, in any order: a page's and a form's Stop have an entry of their own, and a one-click that only repeats it
        // has none.
        await OptOutHost.UntilAsync(async () => (await host.Consent.LoadAsync(subject, Cancel)).Number == 3);
        var ledger = await host.LedgerAsync(subject);
        Assert.InRange(ledger.Count, 2, 3);
        Assert.Contains(ledger, e => e.Change.Source == Source.UnsubscribePage);
        Assert.Contains(ledger, e => e.Change.Source == Source.PublicPage);
        Assert.All(ledger, e => Assert.Equal(Scope.Everything, e.Change.Scope));
        Assert.Equal(["tables-outage@example.com"], host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "tables-outage@example.com"));
    }

    [Fact]
    public async Task While_bus_and_tables_are_unavailable_no_opt_out_is_reported_as_recorded_and_none_is()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("both-outage", ["both-outage@example.com"]);
        var token = await host.TokenAsync("both-outage");
        await host.QuietAsync();
        var before = await host.EverythingAsync();
        await host.StopBusAsync();
        await storage.StopAsync();

        var answer = await host.OneClickAsync(token);
        var page = await host.PressAsync(token);
        var health = await host.SendAsync("GET", "/api/health");

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Equal((503, "60"), (page.Status, page.Headers["Retry-After"]));
        Assert.Equal(
            [
                "De Kruidtuin",
                "This does not work just now",
                "Your opt-out could not be kept, so it is not recorded yet. Try again in a minute, or write to privacy@kruidtuin.example.",
                "Try again",
                "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
                "Privacy statement",
            ],
            LinkPageTests.Words(page.Body));
        Assert.Contains($"href=\"/u/{token}\"", page.Body, StringComparison.Ordinal);
        Assert.Equal((503, """{"status":"down","tables":"down","bus":"down"}"""), (health.Status, health.Body));

        storage.StartAgain();
        await host.StartBusAsync();
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Empty(await host.LedgerAsync(subject));

        // Trying again later, as the page advises, now works.
        await OptOutHost.UntilAsync(async () => (await host.PressAsync(token)).Status == 200);
        await host.LedgerAsync(subject, 1);
        await OptOutHost.UntilAsync(async () =>
        {
            // The first press may still have gone through the outbox.
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });
        await host.ConfirmedAsync(subject);
    }

    [Fact]
    public async Task An_unreadable_outbox_row_does_not_hold_up_the_others()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("poison", ["poison@example.com"]);
        var token = await host.TokenAsync("poison");
        await host.QuietAsync();
        await host.Storage.Outbox.AddEntityAsync(new TableEntity("00", "0") { ["Message0"] = "{}" }, Cancel);
        await host.Storage.Outbox.AddEntityAsync(new TableEntity("00", "00"), Cancel);
        await host.StopBusAsync();
        Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        Assert.Equal(3, host.Rows(host.Storage.Outbox));
        await host.StartBusAsync();

        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 2;
        });

        await host.ConfirmedAsync(subject);
        Assert.Contains(
            host.Logs.Lines,
            l => l.Contains("Error", StringComparison.Ordinal)
                && l.Contains("outbox", StringComparison.Ordinal)
                && l.Contains("00", StringComparison.Ordinal));
    }
}
