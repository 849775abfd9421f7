using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Generic;

namespace OptOut.Tests.Vendors.Generic;

/// <summary>
/// How the nightly reconciliation handles a list in either format, and whether the sandbox follows the contract that it simulates.
/// </summary>
public sealed class HttpVendorReconciliationTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Pages", "true")]
    [InlineData("Lines", "false")]
    public async Task A_Stop_whose_event_was_lost_is_recorded_at_night_and_a_missing_entry_is_restored(string format, string byTopic)
    {
        await using var host = await StartAsync(("PullFormat", format), ("ByTopic", byTopic));
        var crm = host.Sandbox.Find<CrmSandbox>();
        crm.PageSize = 2;
        var stopped = await host.PutSubjectAsync("n-1", ["n-1@example.com"], ["+32470650101"]);
        var missing = await host.PutSubjectAsync("n-2", ["n-2@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("n-2"));
        await host.ConfirmedAsync(missing, vendor: "crm");
        crm.Remove("n-2@example.com"); // Somebody tidied up.
        foreach (var i in (int[])[1, 3, 4, 5])
            await crm.ActAsync("unsubscribed", $"n-{i}@example.com", "email", sendEvent: false, cancellationToken: Cancel);
        await crm.ActAsync("bounced", "n-6@example.com", "email", sendEvent: false, cancellationToken: Cancel);

        Assert.True(await host.RunTimerAsync("Reconcile"));
        Assert.Contains("n-2@example.com *", EntriesOf(crm, "n-2@example.com"));

        var change = Assert.Single(await host.LedgerAsync(stopped, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Source.Reconciliation, "crm", "suppressed"),
            (change.Scope, change.Source, change.Evidence.Vendor, change.Evidence.Reference));
        await host.QuietAsync();
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470650101"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "n-5@example.com"));
        Assert.Contains(crm.Entries, e => e is { Identifier: "n-2@example.com", Topic: null });
        Assert.Empty(await host.LedgerAsync(host.StandInFor("n-6@example.com")));
        await host.LedgerAsync(missing, 1);
    }

    [Fact]
    public async Task A_Stop_that_was_never_reported_survives_the_push_of_an_Allow_and_is_recorded_at_night()
    {
        await using var host = await StartAsync();
        var crm = host.Sandbox.Find<CrmSandbox>();
        var subject = await host.PutSubjectAsync("n-7", ["n-7@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("n-7"));
        await host.ConfirmedAsync(subject, vendor: "crm");
        await crm.ActAsync("unsubscribed", "n-7@example.com", "email", sendEvent: false, cancellationToken: Cancel);

        await host.SavePreferencesAsync("n-7", new StringContent("""{"channels":{"email":{"newsletter":true,"offers":true}}}""", Encoding.UTF8));
        await host.ConfirmedAsync(subject, (await host.LedgerAsync(subject, 2))[1].Change.Id, "crm");

        Assert.Equal(["n-7@example.com *"], EntriesOf(crm, "n-7@example.com"));

        // Our clock and the vendor's may differ by minutes, so it is not known which came first: in doubt, Stop.
        await host.RunTimerAsync("Reconcile");
        Assert.Contains("n-7@example.com *", EntriesOf(crm, "n-7@example.com"));
        Assert.Equal(Source.Reconciliation, (await host.LedgerAsync(subject, 3))[2].Change.Source);
    }

    [Fact]
    public async Task A_person_who_allows_one_topic_stays_listed_for_the_other_only()
    {
        await using var host = await StartAsync();
        var crm = host.Sandbox.Find<CrmSandbox>();
        var subject = await host.PutSubjectAsync("n-8", ["n-8@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("n-8"));
        await host.ConfirmedAsync(subject, vendor: "crm");
        Assert.Equal(["n-8@example.com *", "n-8@example.com newsletter", "n-8@example.com offers"], EntriesOf(crm, "n-8@example.com"));

        await host.SavePreferencesAsync("n-8", new StringContent("""{"channels":{"email":{"offers":true}}}""", Encoding.UTF8));
        await host.ConfirmedAsync(subject, (await host.LedgerAsync(subject, 2))[1].Change.Id, "crm");

        Assert.Equal(["n-8@example.com newsletter"], EntriesOf(crm, "n-8@example.com"));

        // The nightly run finds no difference.
        await host.RunTimerAsync("Reconcile");
        Assert.Equal(["n-8@example.com newsletter"], EntriesOf(crm, "n-8@example.com"));
        await host.LedgerAsync(subject, 2);
    }

    [Fact]
    public async Task The_sandbox_can_simulate_what_people_do_at_the_vendor_and_shows_its_list()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient { BaseAddress = host.Sandbox.BaseAddress };

        Assert.Equal("""{"eventStatus":200}""", await PostAsync("""{"identifier":"n-9@example.com"}"""));
        Assert.Equal(
            """{"eventStatus":null}""", await PostAsync("""{"identifier":"n-10@example.com","type":"complained","event":false}"""));
        Assert.Contains("give an identifier", await PostAsync("""{"type":"unsubscribed"}"""), StringComparison.Ordinal);

        await host.LedgerAsync(host.StandInFor("n-9@example.com"), 1);
        var list = JsonNode.Parse(await http.GetStringAsync(new Uri("/sandbox/state", UriKind.Relative), Cancel))!["crm"]!["suppressions"]!
            .AsArray();
        Assert.Contains(
            list, e => e!["identifier"]!.GetValue<string>() == "n-10@example.com" && e["reason"]!.GetValue<string>() == "complained");

        async Task<string> PostAsync(string body)
        {
            using var answer = await http.PostAsync(
                new Uri("/sandbox/crm/act", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }
    }

    private Task<OptOutHost> StartAsync(params (string Setting, string Value)[] settings) =>
        OptOutHost.StartAsync(
            azurite,
            vendors: ["crm"],
            settings: settings.ToDictionary(s => $"OptOut:HttpVendors:crm:{s.Setting}", s => (string?)s.Value, StringComparer.Ordinal));

    private static string[] EntriesOf(CrmSandbox crm, string identifier) =>
        [.. crm.Entries.Where(e => e.Identifier == identifier).Select(e => $"{e.Identifier} {e.Topic ?? "*"}").Order(
            StringComparer.Ordinal)];
}
