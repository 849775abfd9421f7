using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Makes the external suppressions that rest on a vendor's lists equal to them: a register's, or those of addresses that bounced. Who stands on a list is denied at once;
/// who stands there no more is lifted only when everything was read. Done again after a crash it denies nobody twice, and carries out the lifts it wrote down.
/// </summary>
internal sealed class ExternalSuppressionPhase(
    RunBlobs blobs, ExternalSuppressionStore suppressions, IdentifierIndex index, IdentifierProtector protector, IOptions<ReconciliationOptions> options, TimeProvider time)
{
    private const string Unit = "externalsuppressions";

    // Fewer than these are lifted whatever share of the register they are.
    private const int FewLifts = 100;

    private const int PartitionsAtOnce = 256;

    // One unreadable entry in so many may be a slip of the list's own; more, and it is not the list that we think it is.
    public const int UnreadableShare = 1000;

    // A list may be a little behind what the same vendor told us by webhook.
    private static readonly TimeSpan ListDelay = TimeSpan.FromHours(1);

    public async Task RunAsync(IVendor vendor, RunLease hold, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var run = hold.State!;
        var (kind, by) = (Identifier.KindFor(vendor.Channel), By(vendor));
        var known = (await suppressions.KnownAsync(kind, by, cancellationToken)).ToDictionary();
        var standing = await DenyAsync(vendor, run, by, known, cancellationToken);
        var plan = await PlanAsync(vendor, run, known, standing, cancellationToken);
        await Parallel.ForEachAsync(plan.Lift, Bounded(cancellationToken), async (hash, token) => await suppressions.LiftAsync(kind, IdentifierHash.Parse(hash), by, token));

        var tally = new RunTally
        {
            Suppressed = known.Values.Count(d => d.Run == run.RunId),
            Lifted = plan.Lift.Count,
            LiftsWithheld = plan.Withheld,
            Known = vendor.TakesPushes ? 0 : await KnownHereAsync(vendor, pulled, cancellationToken),
        };
        await hold.SaveAsync(run.To(RunPhase.Push) with { Tally = run.Tally + tally }, cancellationToken);
    }

    private static string By(IVendor vendor) => vendor.TakesPushes ? ExternalSuppression.OfBounces(vendor.Name) : vendor.Name;

    /// <returns>Everybody who stands on the lists.</returns>
    private async Task<HashSet<IdentifierHash>> DenyAsync(IVendor vendor, RunState run, string by, Dictionary<IdentifierHash, KnownSuppression> known, CancellationToken cancellationToken)
    {
        var kind = vendor.TakesPushes ? VendorEntryKind.Undeliverable : VendorEntryKind.Registered;
        var standing = new HashSet<IdentifierHash>();
        foreach (var (pull, page) in run.AllPages())
        {
            var entries = await blobs.PageAsync(RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[pull], page), cancellationToken);
            (IdentifierHash Hash, VendorEntry Entry)[] missing = [.. entries.Where(e => e.Kind == kind).Select(e => (protector.Hash(e.Identifier), e)).Where(e => standing.Add(e.Item1) && !known.ContainsKey(e.Item1))];
            await Parallel.ForEachAsync(missing, Bounded(cancellationToken), async (one, token) =>
                await suppressions.SetAsync(new ExternalSuppression(one.Entry.Identifier, by, [vendor.Channel], one.Entry.At), run.RunId, token));
            foreach (var (hash, _) in missing)
                known.Add(hash, new KnownSuppression(time.GetUtcNow(), run.RunId));
        }

        return standing;
    }

    private async Task<ExternalSuppressionPlan> PlanAsync(
        IVendor vendor, RunState run, Dictionary<IdentifierHash, KnownSuppression> known, HashSet<IdentifierHash> standing, CancellationToken cancellationToken)
    {
        if (run.Unread.Count > 0)
            return new ExternalSuppressionPlan([], 0); // Who was not read need not be gone.
        var name = RunBlobs.PlanName(vendor.Name, run.RunId, Unit, 0);
        if (await blobs.FindAsync(name, RunJson.Default.ExternalSuppressionPlan, cancellationToken) is { } written)
            return written;

        string[] gone = [.. known.Where(d => !standing.Contains(d.Key) && d.Value.SetAt < run.Until - ListDelay).Select(d => d.Key.ToString())];
        var plan = MayLift(vendor, run, gone.Length, known.Count) ? new ExternalSuppressionPlan(gone, 0) : new ExternalSuppressionPlan([], gone.Length);
        if (gone.Length > 0)
            await blobs.WriteAsync(name, plan, RunJson.Default.ExternalSuppressionPlan, cancellationToken);
        return plan;
    }

    // A list that was read in part, or that is suddenly much shorter, does not say that those who are missing may be reached again.
    private bool MayLift(IVendor vendor, RunState run, int gone, int known) =>
        (long)run.Tally.Unreadable * UnreadableShare <= run.Tally.Entries
        && (vendor.TakesPushes || gone <= FewLifts || gone <= options.Value.LargestFall * known);

    private async Task<int> KnownHereAsync(IVendor vendor, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var count = 0;
        await Parallel.ForEachAsync(IdentifierIndex.Partitions(Identifier.KindFor(vendor.Channel)).Chunk(PartitionsAtOnce), Bounded(cancellationToken), async (some, token) =>
        {
            await foreach (var permission in index.ScanAsync(some[0], some[^1], token))
            {
                var hash = protector.Hash(permission.Identifier);
                if (vendor.Lists.Any(list => pulled.Has(list, hash)))
                    Interlocked.Increment(ref count);
            }
        });
        return count;
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken };
}

/// <param name="Lift">The hashes of those who are to be lifted.</param>
/// <param name="Withheld">How many are not, though they stand on the list no more.</param>
internal sealed record ExternalSuppressionPlan(IReadOnlyList<string> Lift, int Withheld);
