using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Makes the external suppressions that come from a vendor's lists equal to those lists: a register's, or those of addresses that bounced.
/// A contact point on a list is suppressed at once; one that has gone from it is lifted only when everything was read. When the phase is
/// repeated after a crash it suppresses nothing twice, and carries out the lifts it had planned.
/// </summary>
internal sealed class ExternalSuppressionPhase(
    RunBlobs blobs,
    ExternalSuppressionStore suppressions,
    IdentifierIndex index,
    IdentifierProtector protector,
    IOptions<ReconciliationOptions> options,
    TimeProvider time)
{
    private const string Unit = "externalsuppressions";

    // Up to this many are lifted, whatever their share of the register.
    private const int FewLifts = 100;

    private const int PartitionsAtOnce = 256;

    // One unreadable entry in this many may be a mistake in the list. With more, it is probably not the list we expect.
    public const int UnreadableShare = 1000;

    // A list may lag a little behind the webhooks of the same vendor.
    private static readonly TimeSpan ListDelay = TimeSpan.FromHours(1);

    public async Task RunAsync(IVendor vendor, RunLease lease, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var run = lease.State!;
        var (kind, by) = (Identifier.KindFor(vendor.Channel), By(vendor));
        var known = (await suppressions.KnownAsync(kind, by, cancellationToken)).ToDictionary();
        var listed = await SuppressAsync(vendor, run, by, known, cancellationToken);
        var plan = await PlanAsync(vendor, run, known, listed, cancellationToken);
        await Parallel.ForEachAsync(
            plan.Lift,
            Bounded(cancellationToken),
            async (hash, token) => await suppressions.LiftAsync(kind, IdentifierHash.Parse(hash), by, token));

        var tally = new RunTally
        {
            Suppressed = known.Values.Count(d => d.Run == run.RunId),
            Lifted = plan.Lift.Count,
            LiftsWithheld = plan.Withheld,
            Known = vendor.AcceptsPushes ? 0 : await KnownHereAsync(vendor, pulled, cancellationToken),
        };
        await lease.SaveAsync(run.To(RunPhase.Push) with { Tally = run.Tally + tally }, cancellationToken);
    }

    private static string By(IVendor vendor) => vendor.AcceptsPushes ? ExternalSuppression.BounceOrigin(vendor.Name) : vendor.Name;

    /// <returns>Every contact point on the lists.</returns>
    private async Task<HashSet<IdentifierHash>> SuppressAsync(
        IVendor vendor, RunState run, string by, Dictionary<IdentifierHash, KnownSuppression> known, CancellationToken cancellationToken)
    {
        var kind = vendor.AcceptsPushes ? VendorEntryKind.Undeliverable : VendorEntryKind.Registered;
        var listed = new HashSet<IdentifierHash>();
        foreach (var (pull, page) in run.AllPages())
        {
            var entries = await blobs.PageAsync(RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[pull], page), cancellationToken);
            (IdentifierHash Hash, VendorEntry Entry)[] missing =
            [
                .. entries
                    .Where(e => e.Kind == kind)
                    .Select(e => (protector.Hash(e.Identifier), e))
                    .Where(e => listed.Add(e.Item1) && !known.ContainsKey(e.Item1)),
            ];
            await Parallel.ForEachAsync(missing, Bounded(cancellationToken), async (one, token) =>
                await suppressions.SetAsync(
                    new ExternalSuppression(one.Entry.Identifier, by, [vendor.Channel], one.Entry.At), run.RunId, token));
            foreach (var (hash, _) in missing)
                known.Add(hash, new KnownSuppression(time.GetUtcNow(), run.RunId));
        }

        return listed;
    }

    private async Task<ExternalSuppressionPlan> PlanAsync(
        IVendor vendor,
        RunState run,
        Dictionary<IdentifierHash, KnownSuppression> known,
        HashSet<IdentifierHash> listed,
        CancellationToken cancellationToken)
    {
        if (run.Unread.Count > 0)
            return new ExternalSuppressionPlan([], 0); // A contact point that was not read is not necessarily gone.
        var name = RunBlobs.PlanName(vendor.Name, run.RunId, Unit, 0);
        if (await blobs.FindAsync(name, RunJson.Default.ExternalSuppressionPlan, cancellationToken) is { } written)
            return written;

        string[] gone =
            [.. known.Where(d => !listed.Contains(d.Key) && d.Value.SetAt < run.Until - ListDelay).Select(d => d.Key.ToString())];
        var plan = MayLift(vendor, run, gone.Length, known.Count)
            ? new ExternalSuppressionPlan(gone, 0)
            : new ExternalSuppressionPlan([], gone.Length);
        if (gone.Length > 0)
            await blobs.WriteAsync(name, plan, RunJson.Default.ExternalSuppressionPlan, cancellationToken);
        return plan;
    }

    // When a list was read only in part, or is suddenly much shorter, nobody who is missing from it may be written to again.
    private bool MayLift(IVendor vendor, RunState run, int gone, int known) =>
        (long)run.Tally.Unreadable * UnreadableShare <= run.Tally.Entries
        && (vendor.AcceptsPushes || gone <= FewLifts || gone <= options.Value.LargestFall * known);

    private async Task<int> KnownHereAsync(IVendor vendor, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var count = 0;
        await Parallel.ForEachAsync(
            IdentifierIndex.Partitions(Identifier.KindFor(vendor.Channel)).Chunk(PartitionsAtOnce),
            Bounded(cancellationToken),
            async (some, token) =>
            {
                await foreach (var permission in index.ScanAsync(some[0], some[^1], token))
                {
                    var hash = protector.Hash(permission.Identifier);
                    if (vendor.Lists.Any(list => pulled.Contains(list, hash)))
                        Interlocked.Increment(ref count);
                }
            });
        return count;
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken };
}

/// <param name="Lift">The hashes of the contact points to lift.</param>
/// <param name="Withheld">How many are no longer on the list but are not lifted.</param>
internal sealed record ExternalSuppressionPlan(IReadOnlyList<string> Lift, int Withheld);
