using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_run_interrupted_at_any_call_ends_with_the_totals_of_an_uninterrupted_one()
    {
        string uninterrupted;
        int calls;
        await using (var host = await DriftedHostAsync())
        {
            host.Vendor.Restart();
            uninterrupted = Totals(await host.ReconcileVendorAsync());
            calls = host.Vendor.Calls;
        }

        // Ten calls spread over all phases, including the first and the last.
        int[] crashes = [.. Enumerable.Range(0, 10).Select(i => 1 + (i * (calls - 1) / 9))];
        await Parallel.ForEachAsync(crashes, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (crashAt, _) =>
        {
            await using var host = await DriftedHostAsync();
            host.Vendor.Restart();
            host.Vendor.CrashAt = crashAt;
            var interrupted = await host.ReconcileVendorAsync();
            Assert.Equal(
                (crashAt, VendorRunStatus.Incomplete, $"The run failed with {nameof(SimulatedCrashException)}; see the log."),
                (crashAt, interrupted.Status, interrupted.Incomplete));

            host.Vendor.Restart();
            var resumed = await host.ReconcileVendorAsync();

            Assert.True(resumed.Resumed);
            Assert.Equal((interrupted.Started, interrupted.Until), (resumed.Started, resumed.Until));
            Assert.Equal((crashAt, uninterrupted), (crashAt, Totals(resumed)));
            Assert.Empty(await host.RunBlobsAsync());
        });
    }

    [Fact]
    public async Task A_resumed_run_continues_at_the_page_it_had_reached()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        host.SendGrid.AddBounces(Enumerable.Range(0, 1200).Select(i => new SendGridEntry($"person{i}@example.com", host.SendGrid.Now)));
        host.Vendor.Restart();
        host.Vendor.CrashAt = 6; // Three empty lists, then the third page of the bounces.
        await host.ReconcileAsync();
        var blobs = await host.RunBlobsAsync();
        Assert.Equal(["/bounces/000000", "/bounces/000001"], blobs.Select(b => b[^15..]));
        Assert.All(blobs, b => Assert.StartsWith("sendgrid/", b, StringComparison.Ordinal));
        host.SendGrid.Requests.Clear();

        host.Vendor.Restart();
        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1200, 1200), (report.Entries, report.Undeliverable));
        Assert.Contains("bounces?limit=500&offset=1000", host.SendGrid.Requests.All[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_whose_report_could_not_be_written_is_in_the_next_report()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.ActAtSendGridAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        var reports = host.Get<StorageAccount>().Reports;
        await reports.DeleteAsync(cancellationToken: Cancel);
        await Assert.ThrowsAsync<StoreUnavailableException>(host.ReconcileAsync);

        await reports.CreateAsync(cancellationToken: Cancel);
        var report = await host.ReconcileAsync();

        Assert.Equal([(false, 1), (false, 0)], report.Vendors.Select(v => (v.Resumed, v.Recorded)));
        Assert.Equal("Every opt-out of the last day is honoured. 1 difference was found and repaired.", report.Verdict);
    }

    [Fact]
    public async Task The_stored_pages_of_a_run_are_encrypted()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.ActAtSendGridAsync("an");
        host.Vendor.Restart();
        host.Vendor.CrashAt = 4;
        await host.ReconcileAsync();

        var blob = host.Get<StorageAccount>().VendorLists.GetBlobClient((await host.RunBlobsAsync())[0]);
        var text = (await blob.DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("example", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_releases_its_lease_and_the_next_start_resumes_it()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        using var shutdown = new CancellationTokenSource();
        host.Vendor.BeforePush = async _ =>
        {
            host.Vendor.BeforePush = null;
            await shutdown.CancelAsync();
            shutdown.Token.ThrowIfCancellationRequested();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Get<Reconciler>().RunAsync(shutdown.Token));
        var report = await host.ReconcileVendorAsync();

        Assert.Equal((true, 1), (report.Resumed, report.PushedAgain));
    }

    [Fact]
    public async Task Of_two_concurrent_runs_one_does_the_work_and_the_other_reports_that_it_did_not()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        ReconciliationReport? second = null;
        host.Vendor.BeforePush = async _ =>
        {
            host.Vendor.BeforePush = null;
            second = await host.ReconcileAsync();
        };

        var first = await host.ReconcileVendorAsync();

        Assert.Equal(1, first.PushedAgain);
        Assert.Equal(VendorRunStatus.Busy, Assert.Single(second!.Vendors).Status);
        Assert.Equal("Not every vendor was compared: another run is working on sendgrid.", second.Verdict);
        Assert.Single(host.SendGrid.Mails);
    }

    [Fact]
    public async Task A_killed_run_is_resumed_after_its_lease_expires()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        var killed = await host.Get<RunStore>().TryAcquireAsync("sendgrid", Cancel);
        await killed!.BeginAsync(
            RunState.Begin(
                Guid.CreateVersion7(host.Time.GetUtcNow()), host.Time.GetUtcNow(), host.Time.GetUtcNow().AddDays(-1), host.Vendor.Pulls),
            Cancel);

        Assert.Equal(VendorRunStatus.Busy, (await host.ReconcileVendorAsync()).Status);
        host.Time.Advance(TimeSpan.FromMinutes(3));
        var report = await host.ReconcileVendorAsync();

        Assert.Equal((true, 1), (report.Resumed, report.PushedAgain));

        // The killed run wakes up, but can no longer write.
        await Assert.ThrowsAsync<RunLostException>(() => killed.SaveAsync(killed.State!, Cancel));
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task An_interrupted_run_is_finished_first_and_a_new_one_follows_at_once()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.ActAtSendGridAsync("an");
        host.Vendor.Restart();
        host.Vendor.CrashAt = 2;
        await host.ReconcileAsync();
        host.Vendor.Restart();
        host.Time.Advance(TimeSpan.FromDays(1));
        await host.ActAtSendGridAsync("bert");

        var report = await host.ReconcileAsync();

        Assert.Equal([(true, 1), (false, 1)], report.Vendors.Select(v => (v.Resumed, v.Recorded)));
        Assert.True(report.Vendors[1].From <= report.Vendors[0].Until);
    }

    [Theory]
    [InlineData("GET /v3/suppression/spam_reports")]
    [InlineData("POST /v3/asm")]
    public async Task A_vendor_that_stays_unavailable_leaves_the_run_incomplete_and_the_report_says_so(string call)
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        foreach (var name in (string[])["an", "bert", "carl", "dina"])
        {
            await host.AddCustomerAsync(name);
            await host.StopAsync(name);
            host.RemoveAtSendGrid(name);
        }

        host.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 503, Containing: call));
        var failed = await host.ReconcileAsync();

        var vendor = Assert.Single(failed.Vendors);
        Assert.Equal((VendorRunStatus.Incomplete, true), (vendor.Status, failed.NeedsAttention));
        Assert.Contains("503", vendor.Incomplete, StringComparison.Ordinal);
        Assert.Equal("1 vendor needs attention: sendgrid.", failed.Verdict);
        Assert.DoesNotContain("honoured", await host.ReportBlobAsync("latest.html"), StringComparison.Ordinal);

        host.SendGrid.Failures.Clear();
        var recovered = await host.ReconcileAsync();
        Assert.Equal(
            (true, 4, VendorRunStatus.Complete),
            (recovered.Vendors[0].Resumed, recovered.Vendors[0].PushedAgain, recovered.Vendors[0].Status));
        Assert.Equal("Every opt-out of the last day is honoured. 4 differences were found and repaired.", recovered.Verdict);
    }

    [Fact]
    public async Task One_address_for_which_the_vendor_is_always_busy_does_not_block_the_others()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        foreach (var name in (string[])["an", "bert", "carl"])
        {
            await host.AddCustomerAsync(name);
            await host.StopAsync(name);
            host.RemoveAtSendGrid(name);
        }

        host.Vendor.BusyFor = host.IdentifierOf("bert");
        var first = await host.ReconcileVendorAsync();
        Assert.Equal(
            (VendorRunStatus.Incomplete, "It is busy.", 1, 2), (first.Status, first.Incomplete, first.PushesFailed, first.PushedAgain));
        Assert.Contains(new SubjectNote(host.Customer("bert").ToString(), SubjectEvent.NotConfirmed), first.Subjects);

        var second = await host.ReconcileVendorAsync();
        Assert.Equal(
            (VendorRunStatus.Incomplete, "1 of the pushes failed because the vendor was busy each time.", 1, 2),
            (second.Status, second.Incomplete, second.PushesFailed, second.PushedAgain));

        // That run is closed. The next one is new, and pushes what the vendor accepts again.
        host.Vendor.BusyFor = null;
        var third = await host.ReconcileVendorAsync();
        Assert.Equal((false, VendorRunStatus.Complete, 1), (third.Resumed, third.Status, third.PushedAgain));
    }

    [Fact]
    public async Task A_run_waits_for_a_short_rate_limit_to_end()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.ActAtSendGridAsync("an");
        host.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.RateLimit, Calls: 1, ResetSeconds: 1));

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Complete, 1), (report.Status, report.Recorded));
    }

    private static string Totals(VendorReport report) => new ReconciliationReport
    {
        RunId = Guid.Empty,
        Started = default,
        Finished = default,
        Verdict = "",
        NeedsAttention = report.NeedsAttention,
        Vendors = [report with
        {
            Started = default,
            From = default,
            Until = default,
            Duration = default,
            Resumed = false,
            TimeToStop = report.TimeToStop is { } t ? new TimeToStop(t.Count, default, default, default, default) : null,
        }],
    }.ToJson();

    // A host with several findings of every kind.
    private async Task<ReconciliationHost> DriftedHostAsync()
    {
        var host = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:MaxRemovals", "2"));
        foreach (var name in (string[])["held1", "held2", "lost1", "lost2", "lost3"])
        {
            await host.AddCustomerAsync(name);
            await host.StopAsync(name);
        }

        foreach (var name in (string[])["lost1", "lost2", "lost3"])
            host.RemoveAtSendGrid(name);
        foreach (var name in (string[])["back1", "back2", "back3"])
        {
            await host.AddCustomerAsync(name);
            await host.ActAtSendGridAsync(name);
        }

        foreach (var name in (string[])["new1", "new2", "new3"])
            await host.ActAtSendGridAsync(name);
        await host.ActAtSendGridAsync("new4", "spamreport");
        await host.ActAtSendGridAsync("new5", "group_unsubscribe", ReconciliationHost.Events);
        await host.ActAtSendGridAsync("gone", "bounce");
        host.SendGrid.AddGlobal(new SendGridEntry("no address", host.SendGrid.Now));
        host.Time.Advance(TimeSpan.FromHours(1));
        foreach (var name in (string[])["back1", "back2", "back3"])
            await host.AllowAsync(name);
        return host;
    }
}
