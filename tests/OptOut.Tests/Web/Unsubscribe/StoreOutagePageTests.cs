using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>The pages when the store or the bus is unavailable: they never report a success that did not happen.</summary>
public sealed class StoreOutagePageTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_tables_are_unavailable_nothing_can_be_seen_or_adjusted_but_everything_can_be_stopped()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("away", ["away@example.com"], language: "nl");
        var token = await host.TokenAsync("away");
        var saved = await host.SendAsync(
            "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]));
        var reference = ReferenceOn(saved);
        await host.QuietAsync();
        var before = (await host.LedgerAsync(subject)).Count;
        await storage.StopAsync();

        Answer[] answers =
        [
            await host.SendAsync("GET", $"/u/{token}/preferences"),
            await host.SendAsync("POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, [])),
            await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={reference}")),
            await host.SendAsync("GET", $"/u/{token}/receipt?ref={reference}"),
        ];

        Assert.All(answers, a => Assert.Equal((503, "60"), (a.Status, a.Headers["Retry-After"])));
        Assert.Equal(
            [
                "De Kruidtuin",
                "This does not work just now",
                "We cannot show this just now. Nothing was changed. Try again in a minute, or write to privacy@kruidtuin.example.",
                "Try again",
                "Stopping everything does work.",
                "From this moment you get no more marketing: not by e-mail, not by text message, not by telephone and not by post.",
                "I unsubscribe from all communications",
                "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
                "Privacy statement",
            ],
            Words(answers[0].Body));
        Assert.Equal(
            "Your choice could not be kept. So nothing was changed. Try again in a minute, or write to privacy@kruidtuin.example.",
            Words(answers[2].Body)[2]);

        // The button on that page works.
        var stopped = await host.PressAsync(token);
        Assert.Equal((200, "You are unsubscribed"), (stopped.Status, Words(stopped.Body)[1]));
        Assert.Contains("Your opt-out is safely recorded and will show everywhere in a few moments.", Words(stopped.Body));
        Assert.DoesNotContain("/undo", stopped.Body, StringComparison.Ordinal);

        storage.StartAgain();
        Assert.Equal(Scope.Everything, (await host.LedgerAsync(subject, before + 1))[^1].Change.Scope);
    }

    [Fact]
    public async Task While_the_bus_is_unavailable_preferences_and_undo_wait_in_the_outbox()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("bus", ["bus@example.com"]);
        var token = await host.TokenAsync("bus");
        await host.QuietAsync();
        await host.StopBusAsync();

        var saved = await host.SendAsync(
            "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]));
        var undone = await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={ReferenceOn(saved)}"));

        Assert.Equal(["Your preferences are saved", "Your choice is undone"], [Words(saved.Body)[1], Words(undone.Body)[1]]);
        Assert.Equal(2, host.Rows(host.Storage.Outbox));
        Assert.NotEmpty(await host.LedgerAsync(subject));
        Assert.True((await host.CheckAsync("email", "bus@example.com", "offers")).Allowed);
        await host.StartBusAsync();
    }

    [Fact]
    public async Task While_the_bus_and_the_outbox_are_unavailable_the_page_does_not_report_preferences_as_saved()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var token = await host.TokenAsync("neither");
        await host.Storage.Outbox.DeleteAsync(Cancel);
        await host.StopBusAsync();

        var answer = await host.SendAsync(
            "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]));

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.DoesNotContain("Your preferences are saved", answer.Body, StringComparison.Ordinal);
        await host.StartBusAsync();
    }
}
