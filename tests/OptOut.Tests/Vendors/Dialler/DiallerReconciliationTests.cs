using System.Text;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Dialler;

namespace OptOut.Tests.Vendors.Dialler;

/// <summary>
/// How the nightly reconciliation handles the dialler's list, and whether the sandbox follows the contract that it simulates.
/// </summary>
public sealed class DiallerReconciliationTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mark_whose_webhook_was_lost_is_recorded_at_night_and_a_missing_number_is_restored()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["dialler"]);
        var dialler = host.Sandbox.Find<DiallerSandbox>();
        dialler.PageSize = 2;
        var marked = await host.PutSubjectAsync("night-1", ["night-1@example.com"], ["0470 65 00 01"]);
        var missing = await host.PutSubjectAsync("night-2", phone: ["0470 65 00 02"]);
        await host.OneClickAsync(await host.TokenAsync("night-2"));
        await host.ConfirmedAsync(missing, vendor: "dialler");
        dialler.SetStopped("+32470650002", stopped: false); // Somebody tidied up.
        foreach (var number in (string[])["+32470650001", "+32470650003", "+32470650004", "+32470650005"])
            await dialler.MarkAsync(number, sendEvent: false, Cancel);

        await host.RunTimerAsync("Reconcile");

        var change = Assert.Single(await host.LedgerAsync(marked, 1)).Change;
        Assert.Equal((Scope.Everything, Source.Reconciliation, "dialler"), (change.Scope, change.Source, change.Evidence.Vendor));
        await host.QuietAsync();
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "night-1@example.com"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470650005"));
        Assert.False(dialler.Dial("+32470650002"));
    }

    [Fact]
    public async Task A_mark_that_was_never_reported_survives_the_push_of_an_Allow_and_is_recorded_at_night()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["dialler"]);
        var dialler = host.Sandbox.Find<DiallerSandbox>();
        var subject = await host.PutSubjectAsync("night-6", phone: ["0470 65 00 06"]);
        await host.OneClickAsync(await host.TokenAsync("night-6"));
        await host.ConfirmedAsync(subject, vendor: "dialler");
        await dialler.MarkAsync("+32470650006", sendEvent: false, Cancel);

        await host.SavePreferencesAsync("night-6", new StringContent("""{"channels":{"phone":{"newsletter":true,"offers":true}}}""", Encoding.UTF8));
        var allow = (await host.LedgerAsync(subject, 2))[1].Change;
        await host.ConfirmedAsync(subject, allow.Id, "dialler");

        Assert.False(dialler.Dial("+32470650006"));

        // Our clock and the vendor's may differ by minutes, so it is not known which came first: in doubt, Stop.
        await host.RunTimerAsync("Reconcile");
        Assert.False(dialler.Dial("+32470650006"));
        Assert.Equal(Source.Reconciliation, (await host.LedgerAsync(subject, 3))[2].Change.Source);
    }

    [Fact]
    public async Task The_sandbox_reports_whether_it_would_dial_and_can_mark_a_number_as_an_agent_does()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["dialler"]);
        using var http = new HttpClient { BaseAddress = host.Sandbox.BaseAddress };

        Assert.Equal("""{"dials":true}""", await PostAsync("call", """{"number":"0470 65 00 07"}"""));
        Assert.Equal("""{"webhook":200}""", await PostAsync("mark", """{"number":"0470 65 00 07"}"""));
        Assert.Equal("""{"dials":false}""", await PostAsync("call", """{"number":"+32470650007"}"""));
        Assert.Equal("""{"webhook":null}""", await PostAsync("mark", """{"number":"0470 65 00 08","event":false}"""));
        Assert.Contains("give a telephone number", await PostAsync("call", """{"number":"nobody"}"""), StringComparison.Ordinal);

        var state = System.Text.Json.Nodes.JsonNode.Parse(
            await http.GetStringAsync(new Uri("/sandbox/state", UriKind.Relative), Cancel))!["dialler"]!;
        Assert.Equal(["+32470650007", "+32470650008"], state["do-not-call"]!.AsArray().Select(e => e!["number"]!.GetValue<string>()));
        Assert.Equal([true, false], state["calls"]!.AsArray().Select(c => c!["dialled"]!.GetValue<bool>()));

        async Task<string> PostAsync(string action, string body)
        {
            using var answer = await http.PostAsync(
                new Uri($"/sandbox/dialler/{action}", UriKind.Relative),
                new StringContent(body, Encoding.UTF8, "application/json"),
                Cancel);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }
    }
}
