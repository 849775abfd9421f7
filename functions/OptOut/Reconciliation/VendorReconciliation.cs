using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Reconciliation.Report;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>One vendor's run, from where it was left to its report.</summary>
internal sealed partial class VendorReconciliation(
    PullPhase pull,
    ComparePhase compare,
    RemovePhase remove,
    ExternalSuppressionPhase suppress,
    PushPhase push,
    RunBlobs blobs,
    IdentifierProtector protector,
    IOptions<ReconciliationOptions> options, TimeProvider time, ILogger<VendorReconciliation> logger)
{
    // A smaller list that halves is not worth a notice, nor are fewer new Stops.
    private const int SmallList = 100, FewStops = 50;

    /// <returns>The report of the finished run. When the vendor is unavailable: the report so far, and the run stays where it is.</returns>
    /// <exception cref="RunLostException">Another instance has taken over the run.</exception>
    public async Task<VendorReport> RunAsync(IVendor vendor, RunLease lease, CancellationToken cancellationToken)
    {
        if (lease.State is { } left)
        {
            await lease.SaveAsync(left with { Resumed = true }, cancellationToken);
            LogResumed(vendor.Name, left.RunId, left.Phase);
        }
        else
        {
            var now = time.GetUtcNow();
            var from = lease.LastUntil < now - options.Value.Window ? lease.LastUntil.Value : now - options.Value.Window;
            await lease.BeginAsync(RunState.Begin(EventIds.New(now), now, from, vendor.Pulls), cancellationToken);
        }

        var pause = await WorkAsync(vendor, lease, cancellationToken);
        var run = lease.State!;
        var times = run.Phase == RunPhase.Push ? await push.TimesAsync(vendor, run, cancellationToken) : null;
        var report = Report(vendor, lease, pause) with { TimeToStop = times };
        if (pause is not null)
        {
            LogPaused(vendor.Name, run.RunId, run.Phase, pause.Reason);
            return report;
        }

        await lease.FinishAsync(report, cancellationToken);
        await blobs.DeleteAsync(vendor.Name, run.RunId, cancellationToken);
        LogFinished(vendor.Name, run.RunId, report.Entries, report.Recorded, report.Removed, report.PushedAgain);
        return report;
    }

    /// <summary>Deletes the blobs of a finished run that died before it could do so itself.</summary>
    public Task CleanAsync(IVendor vendor, RunLease lease, CancellationToken cancellationToken) =>
        blobs.DeleteAsync(vendor.Name, lease.State!.RunId, cancellationToken);

    /// <summary>The report of a run so far.</summary>
    /// <param name="pause">Why the run cannot continue; null when it is done.</param>
    public VendorReport Report(IVendor vendor, RunLease lease, RunPause? pause)
    {
        var run = lease.State!;
        var tally = pause is null ? run.Tally : run.Tally + pause.Open;
        var incomplete = pause?.Reason
            ?? (tally.Exhausted > 0 ? $"{Count(tally.Exhausted)} of the pushes failed because the vendor was busy each time." : null);
        return new VendorReport
        {
            Vendor = vendor.Name,
            Channel = vendor.Channel,
            Status = incomplete is null && run.Unread.Count == 0 ? VendorRunStatus.Complete : VendorRunStatus.Incomplete,
            Incomplete = incomplete ?? (run.Unread.Count > 0 ? "Not every list could be read." : null),
            Comparable = vendor.Lists.Count > 0,
            Register = !vendor.AcceptsPushes,
            Resumed = run.Resumed,
            Started = run.Started,
            From = run.From,
            Until = run.Until,
            Duration = run.Worked,
            Entries = tally.Entries,
            Agreement = tally.Agreement,
            Undeliverable = tally.Undeliverable,
            Unreadable = tally.Unreadable,
            Lists = vendor.Lists.ToDictionary(list => list, list => tally.Lists.GetValueOrDefault(list)),
            Suppressed = tally.Suppressed,
            Lifted = tally.Lifted,
            LiftsWithheld = tally.LiftsWithheld,
            Known = tally.Known,
            Recorded = tally.Recorded,
            Removed = tally.Removed,
            Withheld = tally.Withheld,
            NotOurs = tally.NotOurs,
            RemovalsFailed = tally.RemovalsFailed,
            Stopped = tally.Stopped,
            PushedAgain = tally.PushedAgain,
            PushesFailed = tally.PushesFailed,
            TooNew = tally.TooNew,
            Failures = tally.Failures,
            UnreadLists = run.Unread,
            Notices = [.. run.Notices ?? [], .. pause is null ? Notices(vendor, run, lease.LastLists) : []],
            Subjects = tally.Subjects,
            SubjectsLeftOut = tally.SubjectsLeftOut,
        };
    }

    private async Task<RunPause?> WorkAsync(IVendor vendor, RunLease lease, CancellationToken cancellationToken)
    {
        if (lease.State!.Phase == RunPhase.Pull)
        {
            if (await pull.RunAsync(vendor, lease, cancellationToken) is { } pause)
                return pause;
            await lease.SaveAsync(lease.State.To(RunPhase.Compare), cancellationToken);
        }

        var pulled = await LoadAsync(vendor, lease.State, cancellationToken);
        if (lease.State.Phase == RunPhase.Compare)
        {
            if (await compare.RunAsync(vendor, lease, pulled, cancellationToken) is { } pause)
                return pause;
            await lease.SaveAsync(lease.State.To(RunPhase.Remove), cancellationToken);
        }

        var breaker = new CircuitBreaker();
        if (lease.State.Phase == RunPhase.Remove)
        {
            if (await remove.RunAsync(vendor, lease, breaker, cancellationToken) is { } pause)
                return pause;
            await lease.SaveAsync(lease.State.To(vendor.Lists.Count > 0 ? RunPhase.Suppress : RunPhase.Push), cancellationToken);
        }

        if (lease.State.Phase == RunPhase.Suppress)
            await suppress.RunAsync(vendor, lease, pulled, cancellationToken);
        return !vendor.AcceptsPushes ? null : await push.RunAsync(vendor, lease, pulled, breaker, cancellationToken);
    }

    private async Task<PulledEntries> LoadAsync(IVendor vendor, RunState run, CancellationToken cancellationToken)
    {
        var pulled = new PulledEntries();
        foreach (var (number, page) in run.AllPages())
        {
            foreach (var entry in await blobs.PageAsync(
                RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[number], page), cancellationToken))
            {
                pulled.Add(entry.List, protector.Hash(entry.Identifier), entry.At);
            }
        }

        return pulled;
    }

    private IEnumerable<string> Notices(IVendor vendor, RunState run, IReadOnlyDictionary<string, int> before)
    {
        var (tally, o) = (run.Tally, options.Value);
        if (tally.Recorded >= o.UnusualStops || (tally.Recorded >= FewStops && tally.Recorded > o.UnusualShare * tally.Entries))
        {
            yield return $"{Count(tally.Recorded)} new Stops were found on this vendor's lists in "
                + "one run, which is unusual. They are recorded; "
                + "check whether the lists are correct.";
        }

        foreach (var (list, count) in before.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (vendor.AcceptsPushes
                && count >= SmallList
                && tally.Lists.GetValueOrDefault(list) < count / 2
                && !run.Unread.ContainsKey(list))
            {
                yield return $"The list {list} contained {Count(tally.Lists.GetValueOrDefault(list))} entries, and "
                    + $"{Count(count)} in the run "
                    + "before. What was missing was pushed again; check whether somebody emptied the list.";
            }
        }

        if (tally.LiftsWithheld > 0)
            yield return $"{Count(tally.LiftsWithheld)} contact points are no longer on the list but stay suppressed: {Withheld(run)}.";
        if (tally.Withheld > 0)
        {
            yield return $"{Count(tally.Withheld)} entries of people who have since asked for "
                + "mail again were left stopped, because one run "
                + $"removes at most {Count(o.MaxRemovals)} (OptOut:Reconciliation:MaxRemovals).";
        }
    }

    private static string Withheld(RunState run) =>
        (long)run.Tally.Unreadable * ExternalSuppressionPhase.UnreadableShare > run.Tally.Entries ? "too much of it could not be read"
        : "so many at once may mean that the list was cut short. If the list is correct, "
            + "set OptOut:Reconciliation:LargestFall to 1 for one run";

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "Run {RunId} of {Vendor} continues in phase {Phase}")]
    private partial void LogResumed(string vendor, Guid runId, RunPhase phase);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} of {Vendor} is paused in phase {Phase}: {Reason}")]
    private partial void LogPaused(string vendor, Guid runId, RunPhase phase, string reason);

    [LoggerMessage(
        LogLevel.Information,
        "Run {RunId} of {Vendor} is done: {Entries} entries, {Recorded} Stops recorded, {Removed} removed, {PushedAgain} pushed again")]
    private partial void LogFinished(string vendor, Guid runId, int entries, int recorded, int removed, int pushedAgain);
}
