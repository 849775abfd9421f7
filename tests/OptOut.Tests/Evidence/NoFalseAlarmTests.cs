using System.Net.Http.Json;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Tests.EveryEntryPoint;
using OptOut.Tests.Reconciliation;
using OptOut.Tests.Web.Unsubscribe;

namespace OptOut.Tests.Evidence;

/// <summary>Verification raises no false alarm, whatever people and vendors do and whenever the timers fire.</summary>
public sealed class NoFalseAlarmTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task After_every_entry_point_was_used_every_ledger_matches_its_anchor()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var people = new List<Person>();
        foreach (var (i, entryPoint) in EntryPoints.All.Values.Where(e => e.Source != Source.Reconciliation).Index())
        {
            var who = await Person.NewAsync(host, $"life-{i}", i + 1);
            await entryPoint.StopAsync(host, who);
            people.Add(who);
        }

        foreach (var who in people)
            await OptOutHost.UntilAsync(async () => (await host.LedgerAsync(who.Subject)).Count > 0);
        await host.AnchorAsync();

        var report = await host.VerifyAsync();

        Assert.Empty(report.Mismatches);
        Assert.Equal("Every ledger that was checked matches its anchors.", report.Verdict);
        Assert.Equal(people.Count, report.Subjects);
        Assert.Contains(
            host.Logs.Lines,
            l => l.StartsWith(
                $"Information Verified {report.HeadsVerified} of {report.Heads} anchored heads, of "
                    + $"{people.Count} subjects, and 1 of 1 anchors: 0 mismatches",
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changing_ones_mind_for_a_month_raises_no_alarm()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var (an, token) = await host.KnownAsync("an");

        // An unknown address, which the controller registers later: the customer's own ledger then takes over the Stop.
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=late%40example.com"));
        await host.QuietAsync();
        var standIn = host.StandInFor("late@example.com");
        for (var decade = 0; decade < 3; decade++)
        {
            var press = await host.PressAsync(token);
            await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={LinkPageTests.ReferenceOn(press)}"));
            await host.SendAsync(
                "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]));
            await host.OneClickAsync(token);
            await host.AnchorAsync();

            // A Stop that only repeats another changes the state but not the ledger.
            await host.OneClickAsync(token);
            if (decade == 1)
                await host.PutSubjectAsync("late", ["late@example.com"]);
            await host.QuietAsync();
            Assert.Empty((await host.VerifyAsync()).Mismatches);
            await host.AnchorAsync();
            Assert.Empty((await host.VerifyAsync()).Mismatches);
            time.Advance(TimeSpan.FromDays(10));
        }

        var adopted = host.SubjectOf("late");
        Assert.Single(await host.LedgerAsync(adopted));
        var anchored = string.Join('\n', (await host.AnchorsAsync()).Select(a => a.Text));
        Assert.All((SubjectKey[])[an, standIn, adopted], s => Assert.Contains(s.ToString(), anchored, StringComparison.Ordinal));
        Assert.Contains(await host.HeadAsync(an), anchored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_timers_may_run_during_many_concurrent_changes()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.KnownAsync($"crowd-{i}")));
        var crowd = Task.WhenAll(people.SelectMany((p, i) => Enumerable.Range(0, 8).Select(n => n % 2 == 0
            ? host.PressAsync(p.Token)
            : host.SavePreferencesAsync($"crowd-{i}", JsonContent.Create(new { channels = new { email = new { newsletter = n % 4 == 1 } } })))));
        while (!crowd.IsCompleted)
        {
            await host.Service<AnchorWriter>().RunAsync(Cancel);
            Assert.Empty((await host.Service<LedgerVerifier>().RunAsync(Cancel)).Mismatches);
        }

        // What somebody saw may not stand any more; and on a busy machine the store may not answer in time: then it is recorded and not
        // shown yet, or refused.
        Assert.All(await crowd, answer => Assert.Contains(answer.Status, (int[])[200, 202, 412, 503]));
        await host.AnchorAsync();

        Assert.Empty((await host.VerifyAsync()).Mismatches);
        var anchored = string.Join('\n', (await host.AnchorsAsync()).Select(a => a.Text));
        foreach (var (subject, _) in people)
            Assert.Contains(await host.HeadAsync(subject), anchored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_more_heads_than_one_run_may_verify_a_sample_is_verified_and_the_report_says_so()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Anchors:MaxVerified"] = "4" });
        foreach (var (_, token) in await Task.WhenAll(Enumerable.Range(0, 10).Select(i => host.KnownAsync($"some-{i}"))))
            await host.PressAsync(token);
        await host.AnchorAsync();

        var report = await host.VerifyAsync();

        Assert.Equal((10L, 4, 4), (report.Heads, report.HeadsVerified, report.Subjects));
        Assert.Contains(
            host.Logs.Lines,
            l => l.StartsWith(
                "Information Verified 4 of 10 anchored heads, of 4 subjects, and 1 of 1 anchors: 0 mismatches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_first_change_there_is_nothing_to_verify_and_no_mismatch()
    {
        await using var host = await OptOutHost.StartAsync(azurite);

        var report = await host.VerifyAsync();

        Assert.Equal((0, 0L, 0, null), (report.Anchors, report.Heads, report.Subjects, report.Newest));
        Assert.Equal(["altered", "anchor", "missing", "state"], report.Counts.Keys.Order(StringComparer.Ordinal));
        Assert.All(report.Counts.Values, count => Assert.Equal(0, count));
    }
}
