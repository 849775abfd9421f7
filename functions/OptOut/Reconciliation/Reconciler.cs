using System.Collections.Concurrent;
using Azure;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Platform;
using OptOut.Reconciliation.Report;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// The nightly comparison of every vendor's lists with our consent: repaired both ways, and reported. A run that was interrupted, by a crash or by
/// a vendor that was away, is taken up where it stood by the next start.
/// </summary>
internal sealed partial class Reconciler
{
    // A run taken up after this long tells of the past: once it is done, one of the present follows at once.
    private static readonly TimeSpan Stale = TimeSpan.FromHours(1);

    private readonly IReadOnlyList<IVendor> _vendors;
    private readonly RunStore _runs;
    private readonly VendorReconciliation _reconciliation;
    private readonly ReportStore _reports;
    private readonly ReportMailer _mailer;
    private readonly DeadLetterCount _deadLetters;
    private readonly TimeProvider _time;
    private readonly ILogger<Reconciler> _logger;

    public Reconciler(
        IEnumerable<IVendor> vendors, RunStore runs, VendorReconciliation reconciliation, ReportStore reports, ReportMailer mailer, DeadLetterCount deadLetters, TimeProvider time, ILogger<Reconciler> logger) =>
        (_vendors, _runs, _reconciliation, _reports, _mailer, _deadLetters, _time, _logger) = ([.. vendors], runs, reconciliation, reports, mailer, deadLetters, time, logger);

    /// <summary>Runs all vendors side by side; what fails for one is in the report and stops no other.</summary>
    /// <returns>The report, as it was written and mailed. Nothing is written when every vendor is held by another start.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the next start goes on from here.</exception>
    /// <exception cref="StoreUnavailableException">The report could not be written; the next start writes it.</exception>
    public async Task<ReconciliationReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetUtcNow();
        var holds = new ConcurrentBag<RunLease>();
        try
        {
            await _mailer.SendWaitingAsync(cancellationToken);
            var reports = await Task.WhenAll(_vendors.Select(v => RunAsync(v, holds, cancellationToken)));
            var report = ReportVerdict.Give(EventIds.New(started), started, _time.GetUtcNow(), [.. reports.SelectMany(r => r)]);
            if (report.Vendors.Count > 0 && report.Vendors.All(v => v.Status == VendorRunStatus.Busy))
                return report;

            report = report.With(await _deadLetters.TryCountAsync(cancellationToken));
            await _reports.WriteAsync(report, cancellationToken);
            foreach (var hold in holds.Where(h => h.State is { Phase: RunPhase.Finished }))
                await hold.CloseAsync(cancellationToken);

            report = report with { Mail = await _mailer.SendAsync(report, cancellationToken) };
            await _reports.WriteAsync(report, cancellationToken);
            return report;
        }
        finally
        {
            foreach (var hold in holds)
                await hold.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<VendorReport>> RunAsync(IVendor vendor, ConcurrentBag<RunLease> holds, CancellationToken cancellationToken)
    {
        var reports = new List<VendorReport>();
        RunLease? hold = null;
        try
        {
            hold = await _runs.TryTakeAsync(vendor.Name, cancellationToken);
            if (hold is null)
                return [Unseen(vendor, VendorRunStatus.Busy, "Another run is at work on this vendor.")];
            holds.Add(hold);

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Lost);
            if (hold is { State.Phase: RunPhase.Finished, Report: { } unwritten })
            {
                await _reconciliation.CleanAsync(vendor, hold, either.Token);
                await hold.CloseAsync(either.Token);
                reports.Add(unwritten);
            }

            reports.Add(await _reconciliation.RunAsync(vendor, hold, either.Token));
            if (hold.State is { Phase: RunPhase.Finished, Resumed: true } done && _time.GetUtcNow() - done.Until > Stale)
            {
                await hold.CloseAsync(either.Token);
                reports.Add(await _reconciliation.RunAsync(vendor, hold, either.Token));
            }
        }
        catch (Exception e) when (e is RunLostException || (e is OperationCanceledException && hold is { Lost.IsCancellationRequested: true }))
        {
            LogLost(vendor.Name);
            reports.Add(Unseen(vendor, VendorRunStatus.Busy, "Another start has taken the run up."));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Reported, not rethrown: the other vendors' opt-outs must not wait for this one's fault.
            LogFault(e, vendor.Name);
            var status = (e as StoreUnavailableException)?.Status ?? (e as RequestFailedException)?.Status ?? 0;
            var reason = $"The run met {e.GetType().Name}{(status > 0 ? $" ({status})" : "")}; the log tells more.";
            reports.Add(hold is { State: { Phase: not RunPhase.Finished } } ? _reconciliation.Report(vendor, hold, new RunWait(reason)) : Unseen(vendor, VendorRunStatus.Incomplete, reason));
        }

        return reports;
    }

    private VendorReport Unseen(IVendor vendor, VendorRunStatus status, string reason) => new()
    {
        Vendor = vendor.Name,
        Channel = vendor.Channel,
        Status = status,
        Incomplete = reason,
        Comparable = vendor.Lists.Count > 0,
        Register = !vendor.TakesPushes,
        Started = _time.GetUtcNow(),
        From = _time.GetUtcNow(),
        Until = _time.GetUtcNow(),
    };

    [LoggerMessage(LogLevel.Warning, "The run of {Vendor} was taken up by another start, because this one was silent for the length of a lease")]
    private partial void LogLost(string vendor);

    [LoggerMessage(LogLevel.Error, "The run of {Vendor} met something unexpected; the next start goes on from where it stood")]
    private partial void LogFault(Exception exception, string vendor);
}
