using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Reconciliation.Report;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>One vendor's run, from wherever it stands to its report.</summary>
internal sealed partial class VendorReconciliation(
    PullPhase pull, ComparePhase compare, RemovePhase remove, ExternalSuppressionPhase deny, PushPhase push, RunBlobs blobs, IdentifierProtector protector,
    IOptions<ReconciliationOptions> options, TimeProvider time, ILogger<VendorReconciliation> logger)
{
    // Below this a list that halves is no news.
    private const int SmallList = 100, FewStops = 50;

    /// <returns>The finished run's report, or, when the vendor is away, what there is of it; then the run stays where it stands.</returns>
    /// <exception cref="RunLostException">Another start has taken the run up.</exception>
    public async Task<VendorReport> RunAsync(IVendor vendor, RunLease hold, CancellationToken cancellationToken)
    {
        if (hold.State is { } left)
        {
            await hold.SaveAsync(left with { Resumed = true }, cancellationToken);
            LogResumed(vendor.Name, left.RunId, left.Phase);
        }
        else
        {
            var now = time.GetUtcNow();
            var from = hold.LastUntil < now - options.Value.Window ? hold.LastUntil.Value : now - options.Value.Window;
            await hold.BeginAsync(RunState.Begin(EventIds.New(now), now, from, vendor.Pulls), cancellationToken);
        }

        var waits = await WorkAsync(vendor, hold, cancellationToken);
        var run = hold.State!;
        var times = run.Phase == RunPhase.Push ? await push.TimesAsync(vendor, run, cancellationToken) : null;
        var report = Report(vendor, hold, waits) with { TimeToStop = times };
        if (waits is not null)
        {
            LogWaits(vendor.Name, run.RunId, run.Phase, waits.Reason);
            return report;
        }

        await hold.FinishAsync(report, cancellationToken);
        await blobs.DeleteAsync(vendor.Name, run.RunId, cancellationToken);
        LogFinished(vendor.Name, run.RunId, report.Entries, report.Recorded, report.Removed, report.PushedAgain);
        return report;
    }

    /// <summary>Deletes what a finished run left, had it died before it could.</summary>
    public Task CleanAsync(IVendor vendor, RunLease hold, CancellationToken cancellationToken) => blobs.DeleteAsync(vendor.Name, hold.State!.RunId, cancellationToken);

    /// <summary>What there is to report of a run, now.</summary>
    /// <param name="waits">Why the run cannot go on; null when it has come to its end.</param>
    public VendorReport Report(IVendor vendor, RunLease hold, RunWait? waits)
    {
        var run = hold.State!;
        var tally = waits is null ? run.Tally : run.Tally + waits.Open;
        var incomplete = waits?.Reason ?? (tally.Exhausted > 0 ? $"{Count(tally.Exhausted)} of the pushes found the vendor busy each time." : null);
        return new VendorReport
        {
            Vendor = vendor.Name,
            Channel = vendor.Channel,
            Status = incomplete is null && run.Unread.Count == 0 ? VendorRunStatus.Complete : VendorRunStatus.Incomplete,
            Incomplete = incomplete ?? (run.Unread.Count > 0 ? "Not every list could be read." : null),
            Comparable = vendor.Lists.Count > 0,
            Register = !vendor.TakesPushes,
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
            Notices = [.. run.Notices ?? [], .. waits is null ? Notices(vendor, run, hold.LastLists) : []],
            Subjects = tally.Subjects,
            SubjectsLeftOut = tally.SubjectsLeftOut,
        };
    }

    private async Task<RunWait?> WorkAsync(IVendor vendor, RunLease hold, CancellationToken cancellationToken)
    {
        if (hold.State!.Phase == RunPhase.Pull)
        {
            if (await pull.RunAsync(vendor, hold, cancellationToken) is { } waits)
                return waits;
            await hold.SaveAsync(hold.State.To(RunPhase.Compare), cancellationToken);
        }

        var pulled = await LoadAsync(vendor, hold.State, cancellationToken);
        if (hold.State.Phase == RunPhase.Compare)
        {
            if (await compare.RunAsync(vendor, hold, pulled, cancellationToken) is { } waits)
                return waits;
            await hold.SaveAsync(hold.State.To(RunPhase.Remove), cancellationToken);
        }

        var absence = new CircuitBreaker();
        if (hold.State.Phase == RunPhase.Remove)
        {
            if (await remove.RunAsync(vendor, hold, absence, cancellationToken) is { } waits)
                return waits;
            await hold.SaveAsync(hold.State.To(vendor.Lists.Count > 0 ? RunPhase.Deny : RunPhase.Push), cancellationToken);
        }

        if (hold.State.Phase == RunPhase.Deny)
            await deny.RunAsync(vendor, hold, pulled, cancellationToken);
        return !vendor.TakesPushes ? null : await push.RunAsync(vendor, hold, pulled, absence, cancellationToken);
    }

    private async Task<PulledEntries> LoadAsync(IVendor vendor, RunState run, CancellationToken cancellationToken)
    {
        var pulled = new PulledEntries();
        foreach (var (number, page) in run.AllPages())
        {
            foreach (var entry in await blobs.PageAsync(RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[number], page), cancellationToken))
                pulled.Add(entry.List, protector.Hash(entry.Identifier), entry.At);
        }

        return pulled;
    }

    private IEnumerable<string> Notices(IVendor vendor, RunState run, IReadOnlyDictionary<string, int> before)
    {
        var (tally, o) = (run.Tally, options.Value);
        if (tally.Recorded >= o.UnusualStops || (tally.Recorded >= FewStops && tally.Recorded > o.UnusualShare * tally.Entries))
            yield return $"{Count(tally.Recorded)} new Stops came out of this vendor's lists in one run, which is unusual. They are recorded; see whether the lists are what they should be.";
        foreach (var (list, count) in before.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (vendor.TakesPushes && count >= SmallList && tally.Lists.GetValueOrDefault(list) < count / 2 && !run.Unread.ContainsKey(list))
                yield return $"The list {list} held {Count(tally.Lists.GetValueOrDefault(list))} entries, and {Count(count)} in the run before. What is missing was pushed again; see whether somebody emptied it.";
        }

        if (tally.LiftsWithheld > 0)
            yield return $"{Count(tally.LiftsWithheld)} contact points stand on the list no more and are denied still: {Withheld(run)}.";
        if (tally.Withheld > 0)
            yield return $"{Count(tally.Withheld)} entries of people who have asked for mail since were left stopped, because one run removes at most {Count(o.MaxRemovals)} (OptOut:Reconciliation:MaxRemovals).";
    }

    private static string Withheld(RunState run) =>
        (long)run.Tally.Unreadable * ExternalSuppressionPhase.UnreadableShare > run.Tally.Entries ? "too much of it could not be read"
        : "so many at once may mean that the list was cut. If it is right, set OptOut:Reconciliation:LargestFall to 1 for one run";

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "Run {RunId} of {Vendor} is taken up again in phase {Phase}")]
    private partial void LogResumed(string vendor, Guid runId, RunPhase phase);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} of {Vendor} waits in phase {Phase}: {Reason}")]
    private partial void LogWaits(string vendor, Guid runId, RunPhase phase, string reason);

    [LoggerMessage(LogLevel.Information, "Run {RunId} of {Vendor} is done: {Entries} entries, {Recorded} Stops recorded, {Removed} removed, {PushedAgain} pushed again")]
    private partial void LogFinished(string vendor, Guid runId, int entries, int recorded, int removed, int pushedAgain);
}
