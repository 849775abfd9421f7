using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Platform;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;
using OptOut.Records;

namespace OptOut.Tests.Reconciliation;

public sealed class ResumeTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [LongFact]
    public async Task A_run_cut_off_anywhere_ends_with_the_totals_of_a_whole_one()
    {
        string whole;
        int calls;
        await using (var house = await DriftedHouseAsync())
        {
            house.Vendor.PlugIn();
            whole = Totals(await house.ReconcileVendorAsync());
            calls = house.Vendor.Calls;
        }

        // Ten places over all phases, the first and the last call among them.
        int[] plugs = [.. Enumerable.Range(0, 10).Select(i => 1 + (i * (calls - 1) / 9))];
        await Parallel.ForEachAsync(plugs, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (plug, _) =>
        {
            await using var house = await DriftedHouseAsync();
            house.Vendor.PlugIn();
            house.Vendor.PlugAt = plug;
            var cut = await house.ReconcileVendorAsync();
            Assert.Equal((plug, VendorRunStatus.Incomplete, "The run met PulledThePlug; the log tells more."), (plug, cut.Status, cut.Incomplete));

            house.Vendor.PlugIn();
            var resumed = await house.ReconcileVendorAsync();

            Assert.True(resumed.Resumed);
            Assert.Equal((cut.Started, cut.Until), (resumed.Started, resumed.Until));
            Assert.Equal((plug, whole), (plug, Totals(resumed)));
            Assert.Empty(await house.BlobsOfRunsAsync());
        });
    }

    [Fact]
    public async Task A_run_goes_on_at_the_page_where_it_stood()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        house.SendGrid.AddBounces(Enumerable.Range(0, 1200).Select(i => new SendGridEntry($"person{i}@example.com", house.SendGrid.Now)));
        house.Vendor.PlugIn();
        house.Vendor.PlugAt = 6; // Three empty lists, then the third page of the bounces.
        await house.ReconcileAsync();
        var blobs = await house.BlobsOfRunsAsync();
        Assert.Equal(["/bounces/000000", "/bounces/000001"], blobs.Select(b => b[^15..]));
        Assert.All(blobs, b => Assert.StartsWith("sendgrid/", b, StringComparison.Ordinal));
        house.SendGrid.Requests.Clear();

        house.Vendor.PlugIn();
        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1200, 1200), (report.Entries, report.Undeliverable));
        Assert.Contains("bounces?limit=500&offset=1000", house.SendGrid.Requests.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_done_but_not_written_up_is_in_the_next_report()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.AtSendGridAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        var reports = house.Get<StorageAccount>().Reports;
        await reports.DeleteAsync(cancellationToken: Cancel);
        await Assert.ThrowsAsync<StoreUnavailableException>(house.ReconcileAsync);

        await reports.CreateAsync(cancellationToken: Cancel);
        var report = await house.ReconcileAsync();

        Assert.Equal([(false, 1), (false, 0)], report.Vendors.Select(v => (v.Resumed, v.Recorded)));
        Assert.Equal("Every opt-out of the last day is honoured. 1 difference was found and repaired.", report.Verdict);
    }

    [Fact]
    public async Task The_pages_of_a_run_are_unreadable_without_the_key()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.AtSendGridAsync("an");
        house.Vendor.PlugIn();
        house.Vendor.PlugAt = 4;
        await house.ReconcileAsync();

        var blob = house.Get<StorageAccount>().VendorLists.GetBlobClient((await house.BlobsOfRunsAsync())[0]);
        var text = (await blob.DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("example", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_lets_go_and_the_next_start_takes_it_up()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        using var host = new CancellationTokenSource();
        house.Vendor.BeforePush = async _ =>
        {
            house.Vendor.BeforePush = null;
            await host.CancelAsync();
            host.Token.ThrowIfCancellationRequested();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => house.Get<Reconciler>().RunAsync(host.Token));
        var report = await house.ReconcileVendorAsync();

        Assert.Equal((true, 1), (report.Resumed, report.PushedAgain));
    }

    [Fact]
    public async Task Of_two_runs_at_once_one_works_and_the_other_says_so()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        ReconciliationReport? second = null;
        house.Vendor.BeforePush = async _ =>
        {
            house.Vendor.BeforePush = null;
            second = await house.ReconcileAsync();
        };

        var first = await house.ReconcileVendorAsync();

        Assert.Equal(1, first.PushedAgain);
        Assert.Equal(VendorRunStatus.Busy, Assert.Single(second!.Vendors).Status);
        Assert.Equal("Not every vendor was compared: another run is at work on sendgrid.", second.Verdict);
        Assert.Single(house.SendGrid.Mails);
    }

    [Fact]
    public async Task A_killed_run_is_taken_up_once_its_lease_has_run_out()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        var killed = await house.Get<RunStore>().TryTakeAsync("sendgrid", Cancel);
        await killed!.BeginAsync(RunState.Begin(Guid.CreateVersion7(house.Time.GetUtcNow()), house.Time.GetUtcNow(), house.Time.GetUtcNow().AddDays(-1), house.Vendor.Pulls), Cancel);

        Assert.Equal(VendorRunStatus.Busy, (await house.ReconcileVendorAsync()).Status);
        house.Time.Advance(TimeSpan.FromMinutes(3));
        var report = await house.ReconcileVendorAsync();

        Assert.Equal((true, 1), (report.Resumed, report.PushedAgain));

        // The one that was thought dead wakes up: it may not write any more.
        await Assert.ThrowsAsync<RunLostException>(() => killed.SaveAsync(killed.State!, Cancel));
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task An_old_run_is_finished_and_one_of_the_present_follows_at_once()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.AtSendGridAsync("an");
        house.Vendor.PlugIn();
        house.Vendor.PlugAt = 2;
        await house.ReconcileAsync();
        house.Vendor.PlugIn();
        house.Time.Advance(TimeSpan.FromDays(1));
        await house.AtSendGridAsync("bert");

        var report = await house.ReconcileAsync();

        Assert.Equal([(true, 1), (false, 1)], report.Vendors.Select(v => (v.Resumed, v.Recorded)));
        Assert.True(report.Vendors[1].From <= report.Vendors[0].Until);
    }

    [Theory]
    [InlineData("GET /v3/suppression/spam_reports")]
    [InlineData("POST /v3/asm")]
    public async Task A_vendor_that_stays_away_leaves_the_run_incomplete_and_it_says_so(string call)
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        foreach (var name in (string[])["an", "bert", "carl", "dina"])
        {
            await house.KnownAsync(name);
            await house.StopAsync(name);
            house.Lose(name);
        }

        house.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 503, Containing: call));
        var away = await house.ReconcileAsync();

        var vendor = Assert.Single(away.Vendors);
        Assert.Equal((VendorRunStatus.Incomplete, true), (vendor.Status, away.NeedsAttention));
        Assert.Contains("503", vendor.Incomplete, StringComparison.Ordinal);
        Assert.Equal("1 vendor needs attention: sendgrid.", away.Verdict);
        Assert.DoesNotContain("honoured", await house.ReportBlobAsync("latest.html"), StringComparison.Ordinal);

        house.SendGrid.Failures.Clear();
        var back = await house.ReconcileAsync();
        Assert.Equal((true, 4, VendorRunStatus.Complete), (back.Vendors[0].Resumed, back.Vendors[0].PushedAgain, back.Vendors[0].Status));
        Assert.Equal("Every opt-out of the last day is honoured. 4 differences were found and repaired.", back.Verdict);
    }

    [Fact]
    public async Task One_address_the_vendor_chokes_on_keeps_the_run_from_nobody_else()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        foreach (var name in (string[])["an", "bert", "carl"])
        {
            await house.KnownAsync(name);
            await house.StopAsync(name);
            house.Lose(name);
        }

        house.Vendor.ChokesOn = house.Who("bert");
        var first = await house.ReconcileVendorAsync();
        Assert.Equal((VendorRunStatus.Incomplete, "It chokes.", 1, 2), (first.Status, first.Incomplete, first.PushesFailed, first.PushedAgain));
        Assert.Contains(new SubjectNote(house.Customer("bert").ToString(), SubjectEvent.NotConfirmed), first.Subjects);

        var second = await house.ReconcileVendorAsync();
        Assert.Equal((VendorRunStatus.Incomplete, "1 of the pushes found the vendor busy each time.", 1, 2), (second.Status, second.Incomplete, second.PushesFailed, second.PushedAgain));

        // The run is closed: the next one is new, and settles whom the vendor takes again.
        house.Vendor.ChokesOn = null;
        var third = await house.ReconcileVendorAsync();
        Assert.Equal((false, VendorRunStatus.Complete, 1), (third.Resumed, third.Status, third.PushedAgain));
    }

    [Fact]
    public async Task A_limit_that_is_lifted_soon_is_waited_for()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.AtSendGridAsync("an");
        house.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.RateLimit, Calls: 1, ResetSeconds: 1));

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Complete, 1), (report.Status, report.Recorded));
    }

    private static string Totals(VendorReport report) => new ReconciliationReport
    {
        RunId = Guid.Empty,
        Started = default,
        Finished = default,
        Verdict = "",
        NeedsAttention = report.NeedsAttention,
        Vendors = [report with { Started = default, From = default, Until = default, Duration = default, Resumed = false, TimeToStop = report.TimeToStop is { } t ? new TimeToStop(t.Count, default, default, default, default) : null }],
    }.ToJson();

    // Every kind of finding, several of each.
    private async Task<ReconciliationHost> DriftedHouseAsync()
    {
        var house = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:MaxRemovals", "2"));
        foreach (var name in (string[])["held1", "held2", "lost1", "lost2", "lost3"])
        {
            await house.KnownAsync(name);
            await house.StopAsync(name);
        }

        foreach (var name in (string[])["lost1", "lost2", "lost3"])
            house.Lose(name);
        foreach (var name in (string[])["back1", "back2", "back3"])
        {
            await house.KnownAsync(name);
            await house.AtSendGridAsync(name);
        }

        foreach (var name in (string[])["new1", "new2", "new3"])
            await house.AtSendGridAsync(name);
        await house.AtSendGridAsync("new4", "spamreport");
        await house.AtSendGridAsync("new5", "group_unsubscribe", ReconciliationHost.Events);
        await house.AtSendGridAsync("gone", "bounce");
        house.SendGrid.AddGlobal(new SendGridEntry("no address", house.SendGrid.Now));
        house.Time.Advance(TimeSpan.FromHours(1));
        foreach (var name in (string[])["back1", "back2", "back3"])
            await house.AllowAsync(name);
        return house;
    }
}
