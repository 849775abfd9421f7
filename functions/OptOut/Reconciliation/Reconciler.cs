using System.Collections.Concurrent;
using Azure;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Platform;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// The nightly comparison of every vendor's lists with our consent: differences are repaired both ways, and reported. When a run was
/// interrupted, by a crash or by a vendor that was unavailable, the next invocation continues it from where it stopped.
/// </summary>
internal sealed partial class Reconciler(
    IEnumerable<IVendor> vendors,
    RunStore runs,
    VendorReconciliation reconciliation,
    ReportStore reportStore,
    ReportMailer mailer,
    DeadLetterCounter deadLetters,
    UnannouncedSubjects unannounced,
    WebhookEventTally events,
    TimeProvider time,
    ILogger<Reconciler> logger)
{
    // A run that is continued after this long reports on the past: once it is done, a new run follows at once.
    private static readonly TimeSpan Stale = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<IVendor> _vendors = [.. vendors];

    /// <summary>Runs all vendors in parallel; what fails for one is in the report and stops no other.</summary>
    /// <returns>The report, as it was written and mailed. Nothing is written when another instance has the lease of every vendor.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the next invocation continues from here.</exception>
    /// <exception cref="StoreUnavailableException">The report could not be written; the next invocation writes it.</exception>
    public async Task<ReconciliationReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var leases = new ConcurrentBag<RunLease>();
        try
        {
            await mailer.SendWaitingAsync(cancellationToken);
            var reports = await Task.WhenAll(_vendors.Select(v => RunAsync(v, leases, cancellationToken)));
            var report = ReportVerdict.Create(EventIds.New(started), started, time.GetUtcNow(), [.. reports.SelectMany(r => r)]);
            if (report.Vendors.Count > 0 && report.Vendors.All(v => v.Status == VendorRunStatus.Busy))
                return report;

            var unread = await events.ReadAsync(cancellationToken);
            report = report.With(await deadLetters.TryCountAsync(cancellationToken)).With(unread)
                with
            { Unannounced = await unannounced.CountAsync(cancellationToken) };
            await reportStore.WriteAsync(report, cancellationToken);
            foreach (var lease in leases.Where(h => h.State is { Phase: RunPhase.Finished }))
                await lease.CloseAsync(cancellationToken);

            report = report with { Mail = await mailer.SendAsync(report, cancellationToken) };
            await reportStore.WriteAsync(report, cancellationToken);
            await events.ClearAsync(unread, cancellationToken);
            return report;
        }
        finally
        {
            foreach (var lease in leases)
                await lease.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<VendorReport>> RunAsync(
        IVendor vendor, ConcurrentBag<RunLease> leases, CancellationToken cancellationToken)
    {
        var reports = new List<VendorReport>();
        RunLease? lease = null;
        try
        {
            lease = await runs.TryAcquireAsync(vendor.Name, cancellationToken);
            if (lease is null)
                return [NotCompared(vendor, VendorRunStatus.Busy, "Another run is working on this vendor.")];
            leases.Add(lease);

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            if (lease is { State.Phase: RunPhase.Finished, Report: { } unwritten })
            {
                await reconciliation.CleanAsync(vendor, lease, either.Token);
                await lease.CloseAsync(either.Token);
                reports.Add(unwritten);
            }

            reports.Add(await reconciliation.RunAsync(vendor, lease, either.Token));
            if (lease.State is { Phase: RunPhase.Finished, Resumed: true } done && time.GetUtcNow() - done.Until > Stale)
            {
                await lease.CloseAsync(either.Token);
                reports.Add(await reconciliation.RunAsync(vendor, lease, either.Token));
            }
        }
        catch (Exception e) when (e is RunLostException
            || (e is OperationCanceledException && lease is { Lost.IsCancellationRequested: true }))
        {
            LogLost(vendor.Name);
            reports.Add(NotCompared(vendor, VendorRunStatus.Busy, "Another instance has taken over the run."));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Reported, not rethrown: the opt-outs of the other vendors must not wait for this one's fault.
            LogFault(e, vendor.Name);
            var status = (e as StoreUnavailableException)?.Status ?? (e as RequestFailedException)?.Status ?? 0;
            var reason = $"The run failed with {e.GetType().Name}{(status > 0 ? $" ({status})" : "")}; see the log.";
            reports.Add(
                lease is { State: { Phase: not RunPhase.Finished } }
                    ? reconciliation.Report(vendor, lease, new RunPause(reason))
                    : NotCompared(vendor, VendorRunStatus.Incomplete, reason));
        }

        return reports;
    }

    private VendorReport NotCompared(IVendor vendor, VendorRunStatus status, string reason) => new()
    {
        Vendor = vendor.Name,
        Channel = vendor.Channel,
        Status = status,
        Incomplete = reason,
        Comparable = vendor.Lists.Count > 0,
        Register = !vendor.AcceptsPushes,
        Started = time.GetUtcNow(),
        From = time.GetUtcNow(),
        Until = time.GetUtcNow(),
    };

    [LoggerMessage(
        LogLevel.Warning, "Another instance has taken over the run of {Vendor}, because this one did not renew its lease in time")]
    private partial void LogLost(string vendor);

    [LoggerMessage(LogLevel.Error, "The run of {Vendor} failed unexpectedly; the next invocation continues from where it stopped")]
    private partial void LogFault(Exception exception, string vendor);
}
