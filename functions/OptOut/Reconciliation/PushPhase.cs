using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Looks at everybody who stopped something on the vendor's channel, pushes again what the vendor lacks, and takes the times to stop. As in
/// <see cref="ComparePhase"/>, a range is judged, written down, and then acted on.
/// </summary>
internal sealed class PushPhase(
    RunBlobs blobs, IdentifierIndex index, VendorRows rows, VendorListCheck standings, VendorRepair repair, IdentifierProtector protector, IOptions<ReconciliationOptions> options)
{
    // 16 ranges of the 4,096 partitions, as many checkpoints in a run; and how many partitions one question asks for.
    private const int PartitionsInRange = 256, PartitionsAtOnce = 64;

    // A vendor limits calls; storage does not notice.
    private const int PushesAtOnce = 4;

    /// <returns>Null when everybody was looked at; else why the run has to wait.</returns>
    public async Task<RunWait?> RunAsync(IVendor vendor, RunLease hold, PulledEntries pulled, CircuitBreaker absence, CancellationToken cancellationToken)
    {
        var ranges = IdentifierIndex.Partitions(Identifier.KindFor(vendor.Channel)).Chunk(PartitionsInRange).ToArray();
        for (var range = hold.State!.Page; range < ranges.Length; range++)
        {
            var run = hold.State;
            var planName = RunBlobs.PlanName(vendor.Name, run.RunId, "push", range);
            var plan = await blobs.FindAsync(planName, RunJson.Default.PushPlan, cancellationToken);
            if (plan is null)
            {
                plan = await JudgeAsync(vendor, run, pulled, ranges[range], cancellationToken);
                if (plan.Missing.Count > 0)
                    await blobs.WriteAsync(planName, plan, RunJson.Default.PushPlan, cancellationToken);
            }

            var pushed = await PushAsync(vendor, plan.Missing, absence, cancellationToken);
            if (absence.Reason is { } away)
                return new RunWait(away, pushed.Open);
            if (pushed.Leftovers.Length > 0)
                await blobs.WriteAsync(RunBlobs.LeftoversName(vendor.Name, run.RunId, range), pushed.Leftovers, RunJson.Default.StoredIdentifierArray, cancellationToken);
            var (failures, times) = await WatchAsync(vendor, run, plan.Watched, cancellationToken);
            if (times.Length > 0)
                await blobs.WriteAsync(RunBlobs.TimesName(vendor.Name, run.RunId, range), times, RunJson.Default.TimeSpanArray, cancellationToken);
            var next = run with { Page = range + 1, Tally = run.Tally + plan.Tally + pushed.Settled + failures };
            await hold.SaveAsync(pushed.Leftovers.Length > 0 ? next with { Leftovers = [.. run.Leftovers, range] } : next, cancellationToken);
        }

        return await LeftoversAsync(vendor, hold, absence, cancellationToken);
    }

    public async Task<TimeToStop?> TimesAsync(IVendor vendor, RunState run, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var range = 0; range < run.Page; range++)
            times.AddRange(await blobs.FindAsync(RunBlobs.TimesName(vendor.Name, run.RunId, range), RunJson.Default.TimeSpanArray, cancellationToken) ?? []);
        return TimeToStop.From(times);
    }

    private async Task<PushPlan> JudgeAsync(IVendor vendor, RunState run, PulledEntries pulled, string[] partitions, CancellationToken cancellationToken)
    {
        var read = ReadLists(vendor, run);
        int stopped = 0, tooNew = 0;
        var missing = new ConcurrentBag<StoredIdentifier>();
        var watched = new ConcurrentBag<WatchedIdentifier>();
        await Parallel.ForEachAsync(partitions.Chunk(PartitionsAtOnce), new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken }, async (some, token) =>
        {
            await foreach (var permission in index.ScanAsync(some[0], some[^1], token))
            {
                if (permission.Stops[vendor.Channel] is { IsNothing: true })
                    continue;
                Interlocked.Increment(ref stopped);
                var standing = await standings.CheckAsync(vendor, run, pulled, read, permission, token);
                if (standing == VendorListStatus.TooNew)
                    Interlocked.Increment(ref tooNew);
                if (standing == VendorListStatus.Missing)
                    missing.Add(StoredIdentifier.From(permission.Identifier));
                if (permission.At > run.From && permission.At <= run.Until)
                    watched.Add(new WatchedIdentifier(protector.Hash(permission.Identifier).ToString(), [.. permission.Subjects.Select(s => s.ToString())], standing == VendorListStatus.Missing));
            }
        });
        return new PushPlan(new RunTally { Stopped = stopped, TooNew = tooNew }, [.. missing], [.. watched]);
    }

    // A pull under a name that is no list gives out the lists that have no pull of their own.
    private static HashSet<string> ReadLists(IVendor vendor, RunState run)
    {
        var read = vendor.Lists.ToHashSet(StringComparer.Ordinal);
        read.ExceptWith(run.Unread.Keys);
        if (run.Unread.Keys.Any(pull => !vendor.Lists.Contains(pull)))
            read.IntersectWith(run.Pulls);
        return read;
    }

    // A run waits once for a vendor that chokes on somebody. The next start that meets the same closes the run, so that a new one can look at
    // everybody else; the person is in the report both times.
    private async Task<RunWait?> LeftoversAsync(IVendor vendor, RunLease hold, CircuitBreaker absence, CancellationToken cancellationToken)
    {
        while (hold.State is { Leftovers: [var range, ..] } run)
        {
            var left = await blobs.FindAsync(RunBlobs.LeftoversName(vendor.Name, run.RunId, range), RunJson.Default.StoredIdentifierArray, cancellationToken) ?? [];
            var pushed = await PushAsync(vendor, left, absence, cancellationToken);
            if (absence.Reason is { } away)
                return new RunWait(away, pushed.Open);
            if (pushed.Leftovers.Length > 0 && !run.Resumed)
                return new RunWait(pushed.Open.Failures.Keys.First(), pushed.Open);
            await hold.SaveAsync(run with { Leftovers = [.. run.Leftovers.Skip(1)], Tally = run.Tally + pushed.Settled + pushed.Open }, cancellationToken);
        }

        return null;
    }

    /// <param name="Settled">What was answered, one way or the other.</param>
    /// <param name="Leftovers">Those for whom the vendor was busy each time.</param>
    /// <param name="Open">The same, as counts.</param>
    private sealed record Pushed(RunTally Settled, StoredIdentifier[] Leftovers, RunTally Open);

    private async Task<Pushed> PushAsync(IVendor vendor, IReadOnlyList<StoredIdentifier> missing, CircuitBreaker absence, CancellationToken cancellationToken)
    {
        var settled = new ConcurrentBag<RunTally>();
        var open = new ConcurrentBag<(StoredIdentifier Who, RunTally Tally)>();
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = PushesAtOnce, CancellationToken = cancellationToken }, async (stored, token) =>
        {
            if (absence.Reason is not null || await index.FindAsync(stored.ToIdentifier(), token) is not { } permission)
                return; // Not worth asking, or erased since it was looked at.
            var subjects = permission.Subjects.Select(s => s.ToString());
            switch (await repair.PushAgainAsync(vendor, permission, token))
            {
                case VendorOutcome.Transient transient:
                    absence.Count(transient);
                    open.Add((stored, RunTally.Failure(transient.Reason) + RunTally.Note(subjects, SubjectEvent.NotConfirmed) + new RunTally { PushesFailed = 1, Exhausted = 1 }));
                    break;
                case VendorOutcome.Rejected rejected:
                    settled.Add(RunTally.Failure(rejected.Reason) + RunTally.Note(subjects, SubjectEvent.NotConfirmed) + new RunTally { PushesFailed = 1 });
                    break;
                default:
                    settled.Add(RunTally.Note(subjects, SubjectEvent.PushedAgain) + new RunTally { PushedAgain = 1 });
                    break;
            }
        });
        return new Pushed(RunTally.Sum(settled), [.. open.Select(o => o.Who)], RunTally.Sum(open.Select(o => o.Tally)));
    }

    private async Task<(RunTally Failures, TimeSpan[] Times)> WatchAsync(IVendor vendor, RunState run, IReadOnlyList<WatchedIdentifier> watched, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentBag<RunTally>();
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForEachAsync(watched, new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken }, async (one, token) =>
        {
            foreach (var subject in one.Subjects)
            {
                if (await rows.LoadAsync(SubjectKey.Parse(subject), vendor.Name, token) is not { } row)
                    continue;

                // A person with several addresses has one row: it is counted with the first of them.
                if (row.TimeToStop is { } time && row.Since > run.From && row.Stops.Keys.Select(k => k.ToString()).Min(StringComparer.Ordinal) == one.Hash)
                    times.Add(time);
                if (row.Status != VendorStatus.Confirmed && !one.Missing)
                    failures.Add(RunTally.Failure(row.Reason ?? "no reason given") + RunTally.Note([subject], SubjectEvent.NotConfirmed));
            }
        });
        return (RunTally.Sum(failures), [.. times.Order()]);
    }
}
