using System.Text;
using OptOut.Consent;

namespace OptOut.Tests.Api.Portal;

/// <summary>The response to the portal, and what happens to the choice, when the bus, the tables or both are unavailable.</summary>
public sealed class PreferencesOutageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task While_the_bus_is_unavailable_the_choice_waits_in_the_outbox_and_is_visible_at_once()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("bus-away", ["portal-bus-away@example.com"]);
        await host.QuietAsync();
        await host.StopBusAsync();

        var answer = await PutAsync(host, """{"everything":"stop"}""", "bus-away");

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal(1, host.Rows(host.Storage.Outbox));
        Assert.Empty(host.OnSendGridsList());

        await host.StartBusAsync();
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });
        await host.ConfirmedAsync(subject);
        Assert.Equal(["portal-bus-away@example.com"], host.OnSendGridsList());
    }

    [Fact]
    public async Task While_the_tables_are_unavailable_what_is_declined_is_accepted_on_the_bus_as_given_and_only_that_is_reported()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("away", ["portal-away@example.com"]);
        await host.QuietAsync();
        await storage.StopAsync();

        var read = await host.SendAsync("GET", "/api/subjects/away/preferences", key: OptOutHost.FunctionKey);
        var answer = await PutAsync(
            host, """{"channels":{"email":{"newsletter":false},"sms":{"newsletter":false,"offers":false}}}""", "away");

        Assert.Equal(
            (503, "60", "Temporarily unavailable. Send the same request again."),
            (read.Status, read.Headers["Retry-After"], read.Json["title"]!.GetValue<string>()));
        Assert.Equal(202, answer.Status);
        Assert.Equal(["subject", "link", "unsubscribe", "recorded"], answer.Json.AsObject().Select(p => p.Key));
        Assert.Equal(["reference"], answer.Json["recorded"]!.AsObject().Select(p => p.Key));

        storage.StartAgain();

        var ledger = await host.LedgerAsync(subject, 2);
        Assert.Equal(
            ["sms,* Stop Portal", "email,newsletter Stop Portal"],
            ledger.Select(e => $"{e.Change.Scope} {e.Change.Decision} {e.Change.Source}"));
        Assert.Equal(
            answer.Json["recorded"]!["reference"]!.GetValue<string>(),
            Assert.Single(ledger.Select(e => Reference.From(e.Change)).Distinct()));
        await OptOutHost.UntilAsync(
            async () => await host.CheckAsync("email", "portal-away@example.com", "newsletter") == (false, "stopped-topic"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "portal-away@example.com", "offers"));
    }

    // Recorded topic by topic, every topic would be allowed and marketing in general still stopped: half of what the person asked for.
    [Fact]
    public async Task While_the_tables_are_unavailable_nothing_is_allowed_by_halves_and_the_same_request_completes_it_later()
    {
        const string Everything =
            """{"channels":{"email":{"newsletter":true,"offers":true},"sms":{"newsletter":true,"offers":true}"""
            + ""","phone":{"newsletter":true,"offers":true},"post":{"newsletter":true,"offers":true}}}""";
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("halves", ["portal-halves@example.com"]);
        Assert.Equal(200, (await PutAsync(host, """{"everything":"stop"}""", "halves")).Status);
        await host.QuietAsync();
        await storage.StopAsync();

        var everything = await PutAsync(host, Everything, "halves");
        var channel = await PutAsync(host, """{"channels":{"email":{"newsletter":true,"offers":true}}}""", "halves");
        var topic = await PutAsync(host, """{"channels":{"email":{"newsletter":true}}}""", "halves");

        Assert.All([everything, channel, topic], answer => Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"])));
        Assert.Equal(
            "The store does not answer, and without it nothing can be allowed again. Nothing is recorded. "
                + "Do not show the person a success.",
            everything.Json["detail"]!.GetValue<string>());

        storage.StartAgain();
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);

        var again = await PutAsync(host, Everything, "halves");

        Assert.Equal(200, again.Status);
        Assert.Equal("""{"email":true,"sms":true,"phone":true,"post":true}""", again.Json["general"]!.ToJsonString());
        Assert.DoesNotContain("false", again.Json["channels"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal((true, "allowed"), await host.CheckAsync("email", "portal-halves@example.com"));
    }

    [Fact]
    public async Task While_the_tables_are_unavailable_the_Stops_of_a_mixed_choice_are_kept_and_the_answer_is_no_success()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("mixed", ["portal-mixed@example.com"]);
        await host.ReadPreferencesAsync("mixed");
        await host.QuietAsync();
        await storage.StopAsync();

        var answer = await PutAsync(
            host, """{"channels":{"email":{"newsletter":false,"offers":true},"sms":{"newsletter":false,"offers":false}}}""", "mixed");

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Equal(
            "The store does not answer. What the person declined is recorded; what the person wants again is not. "
                + "Do not show the person a success.",
            answer.Json["detail"]!.GetValue<string>());

        storage.StartAgain();

        Assert.Equal(
            ["sms,* Stop", "email,newsletter Stop"],
            (await host.LedgerAsync(subject, 2)).Select(e => $"{e.Change.Scope} {e.Change.Decision}"));
    }

    [Fact]
    public async Task While_both_are_unavailable_no_success_is_reported_and_nothing_is_recorded()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("both", ["portal-both@example.com"]);
        await host.QuietAsync();
        var before = await host.EverythingAsync();
        await host.StopBusAsync();
        await storage.StopAsync();

        var everything = await PutAsync(host, """{"everything":"stop"}""", "both");
        var cell = await PutAsync(host, """{"channels":{"email":{"offers":false}}}""", "both");

        Assert.Equal((503, "60"), (everything.Status, everything.Headers["Retry-After"]));
        Assert.Equal((503, "60"), (cell.Status, cell.Headers["Retry-After"]));
        Assert.Equal(
            "The choice could not be saved, so it is not recorded. Do not show the person a success.",
            cell.Json["detail"]!.GetValue<string>());

        storage.StartAgain();
        await host.StartBusAsync();
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Empty(await host.LedgerAsync(subject));
    }

    private Task<CuttableStorage> StartStorageAsync() => CuttableStorage.StartAsync(azurite);

    private static Task<Answer> PutAsync(OptOutHost host, string body, string id) =>
        host.SavePreferencesAsync(id, new StringContent(body, Encoding.UTF8, "application/json"));
}
