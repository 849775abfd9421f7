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
/// Checks everybody who stopped something on the vendor's channel, pushes again what the vendor lacks, and collects the times to stop. As
/// in
/// <see cref="ComparePhase"/>, each range is judged first, the plan is saved, and only then carried out.
/// </summary>
internal sealed class PushPhase(
    RunBlobs blobs,
    IdentifierIndex index,
    VendorRows rows,
    VendorListCheck listCheck,
    VendorRepair repair,
    IdentifierProtector protector,
    IOptions<ReconciliationOptions> options)
{
    // 16 ranges of the 4,096 partitions, and so 16 checkpoints in a run; and how many partitions one query reads.
    private const int PartitionsInRange = 256, PartitionsAtOnce = 64;

    // A vendor limits calls; storage does not.
    private const int PushesAtOnce = 4;

    /// <returns>Null when everybody was checked; otherwise why the run must pause.</returns>
    public async Task<RunPause?> RunAsync(
        IVendor vendor, RunLease lease, PulledEntries pulled, CircuitBreaker breaker, CancellationToken cancellationToken)
    {
        var ranges = IdentifierIndex.Partitions(Identifier.KindFor(vendor.Channel)).Chunk(PartitionsInRange).ToArray();
        for (var range = lease.State!.Page; range < ranges.Length; range++)
        {
            var run = lease.State;
            var planName = RunBlobs.PlanName(vendor.Name, run.RunId, "push", range);
            var plan = await blobs.FindAsync(planName, RunJson.Default.PushPlan, cancellationToken);
            if (plan is null)
            {
                plan = await JudgeAsync(vendor, run, pulled, ranges[range], cancellationToken);
                if (plan.Missing.Count > 0)
                    await blobs.WriteAsync(planName, plan, RunJson.Default.PushPlan, cancellationToken);
            }

            var pushed = await PushAsync(vendor, plan.Missing, breaker, cancellationToken);
            if (breaker.Reason is { } reason)
                return new RunPause(reason, pushed.Open);
            if (pushed.Leftovers.Length > 0)
            {
                await blobs.WriteAsync(
                    RunBlobs.LeftoversName(vendor.Name, run.RunId, range),
                    pushed.Leftovers,
                    RunJson.Default.StoredIdentifierArray,
                    cancellationToken);
            }

            var (failures, times) = await WatchAsync(vendor, run, plan.Watched, cancellationToken);
            if (times.Length > 0)
            {
                await blobs.WriteAsync(
                    RunBlobs.TimesName(vendor.Name, run.RunId, range), times, RunJson.Default.TimeSpanArray, cancellationToken);
            }

            var next = run with { Page = range + 1, Tally = run.Tally + plan.Tally + pushed.Settled + failures };
            await lease.SaveAsync(
                pushed.Leftovers.Length > 0 ? next with { Leftovers = [.. run.Leftovers, range] } : next, cancellationToken);
        }

        return await LeftoversAsync(vendor, lease, breaker, cancellationToken);
    }

    public async Task<TimeToStop?> TimesAsync(IVendor vendor, RunState run, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var range = 0; range < run.Page; range++)
        {
            times.AddRange(
                await blobs.FindAsync(RunBlobs.TimesName(vendor.Name, run.RunId, range), RunJson.Default.TimeSpanArray, cancellationToken)
                    ?? []);
        }

        return TimeToStop.From(times);
    }

    private async Task<PushPlan> JudgeAsync(
        IVendor vendor, RunState run, PulledEntries pulled, string[] partitions, CancellationToken cancellationToken)
    {
        var read = ReadLists(vendor, run);
        int stopped = 0, tooNew = 0;
        var missing = new ConcurrentBag<StoredIdentifier>();
        var watched = new ConcurrentBag<WatchedIdentifier>();
        await Parallel.ForEachAsync(
            partitions.Chunk(PartitionsAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken },
            async (some, token) =>
            {
                await foreach (var permission in index.ScanAsync(some[0], some[^1], token))
                {
                    if (permission.Stops[vendor.Channel] is { IsNothing: true })
                        continue;
                    Interlocked.Increment(ref stopped);
                    var status = await listCheck.CheckAsync(vendor, run, pulled, read, permission, token);
                    if (status == VendorListStatus.TooNew)
                        Interlocked.Increment(ref tooNew);
                    if (status == VendorListStatus.Missing)
                        missing.Add(StoredIdentifier.From(permission.Identifier));
                    if (permission.At > run.From && permission.At <= run.Until)
                    {
                        watched.Add(new WatchedIdentifier(
                            protector.Hash(permission.Identifier).ToString(),
                            [.. permission.Subjects.Select(s => s.ToString())],
                            status == VendorListStatus.Missing));
                    }
                }
            });
        return new PushPlan(new RunTally { Stopped = stopped, TooNew = tooNew }, [.. missing], [.. watched]);
    }

    // A pull whose name is not a list returns the lists that have no pull of their own.
    private static HashSet<string> ReadLists(IVendor vendor, RunState run)
    {
        var read = vendor.Lists.ToHashSet(StringComparer.Ordinal);
        read.ExceptWith(run.Unread.Keys);
        if (run.Unread.Keys.Any(pull => !vendor.Lists.Contains(pull)))
            read.IntersectWith(run.Pulls);
        return read;
    }

    // A run pauses once for a vendor that fails on one contact point. When the next invocation meets the same, it closes the run, so that a
    // new run can check everybody else. The person is in both reports.
    private async Task<RunPause?> LeftoversAsync(
        IVendor vendor, RunLease lease, CircuitBreaker breaker, CancellationToken cancellationToken)
    {
        while (lease.State is { Leftovers: [var range, ..] } run)
        {
            var left = await blobs.FindAsync(
                    RunBlobs.LeftoversName(vendor.Name, run.RunId, range), RunJson.Default.StoredIdentifierArray, cancellationToken)
                ?? [];
            var pushed = await PushAsync(vendor, left, breaker, cancellationToken);
            if (breaker.Reason is { } reason)
                return new RunPause(reason, pushed.Open);
            if (pushed.Leftovers.Length > 0 && !run.Resumed)
                return new RunPause(pushed.Open.Failures.Keys.First(), pushed.Open);
            await lease.SaveAsync(
                run with { Leftovers = [.. run.Leftovers.Skip(1)], Tally = run.Tally + pushed.Settled + pushed.Open }, cancellationToken);
        }

        return null;
    }

    /// <param name="Settled">The counts of the pushes that the vendor answered, confirmed or rejected.</param>
    /// <param name="Leftovers">The contact points for which the vendor was busy each time.</param>
    /// <param name="Open">The counts of the leftovers.</param>
    private sealed record Pushed(RunTally Settled, StoredIdentifier[] Leftovers, RunTally Open);

    private async Task<Pushed> PushAsync(
        IVendor vendor, IReadOnlyList<StoredIdentifier> missing, CircuitBreaker breaker, CancellationToken cancellationToken)
    {
        var settled = new ConcurrentBag<RunTally>();
        var open = new ConcurrentBag<(StoredIdentifier Who, RunTally Tally)>();
        await Parallel.ForEachAsync(
            missing,
            new ParallelOptions { MaxDegreeOfParallelism = PushesAtOnce, CancellationToken = cancellationToken },
            async (stored, token) =>
            {
                if (breaker.Reason is not null || await index.FindAsync(stored.ToIdentifier(), token) is not { } permission)
                    return; // The vendor is unavailable, or the contact point was erased since it was checked.
                var subjects = permission.Subjects.Select(s => s.ToString());
                switch (await repair.PushAgainAsync(vendor, permission, token))
                {
                    case VendorOutcome.Transient transient:
                        breaker.RecordFailure(transient);
                        open.Add((
                            stored,
                            RunTally.Failure(transient.Reason)
                                + RunTally.Note(subjects, SubjectEvent.NotConfirmed)
                                + new RunTally { PushesFailed = 1, Exhausted = 1 }));
                        break;
                    case VendorOutcome.Rejected rejected:
                        settled.Add(
                            RunTally.Failure(rejected.Reason)
                                + RunTally.Note(subjects, SubjectEvent.NotConfirmed)
                                + new RunTally { PushesFailed = 1 });
                        break;
                    default:
                        settled.Add(RunTally.Note(subjects, SubjectEvent.PushedAgain) + new RunTally { PushedAgain = 1 });
                        break;
                }
            });
        return new Pushed(RunTally.Sum(settled), [.. open.Select(o => o.Who)], RunTally.Sum(open.Select(o => o.Tally)));
    }

    private async Task<(RunTally Failures, TimeSpan[] Times)> WatchAsync(
        IVendor vendor, RunState run, IReadOnlyList<WatchedIdentifier> watched, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentBag<RunTally>();
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForEachAsync(
            watched,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken },
            async (one, token) =>
            {
                foreach (var subject in one.Subjects)
                {
                    if (await rows.LoadAsync(SubjectKey.Parse(subject), vendor.Name, token) is not { } row)
                        continue;

                    // A person with several addresses has one row, which is counted with the first address.
                    if (row.TimeToStop is { } time
                        && row.Since > run.From
                        && row.Stops.Keys.Select(k => k.ToString()).Min(StringComparer.Ordinal) == one.Hash)
                    {
                        times.Add(time);
                    }

                    if (row.Status != VendorStatus.Confirmed && !one.Missing)
                    {
                        failures.Add(
                            RunTally.Failure(row.Reason ?? "no reason given") + RunTally.Note([subject], SubjectEvent.NotConfirmed));
                    }
                }
            });
        return (RunTally.Sum(failures), [.. times.Order()]);
    }
}
