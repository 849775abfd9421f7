using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Makes the denials that rest on a vendor's lists equal to them: a register's, or those of addresses that bounced. Who stands on a list is denied at once;
/// who stands there no more is lifted only when everything was read. Done again after a crash it denies nobody twice, and carries out the lifts it wrote down.
/// </summary>
internal sealed class DenialPhase(
    RunBlobs blobs, DenialStore denials, IdentifierIndex index, IdentifierProtector protector, IOptions<ReconciliationOptions> options, TimeProvider time)
{
    private const string Unit = "denials";

    // Fewer than these are lifted whatever share of the register they are.
    private const int FewLifts = 100;

    private const int PartitionsAtOnce = 256;

    // One unreadable entry in so many may be a slip of the list's own; more, and it is not the list that we think it is.
    public const int UnreadableShare = 1000;

    // A list may be a little behind what the same vendor told us by webhook.
    private static readonly TimeSpan ListDelay = TimeSpan.FromHours(1);

    public async Task RunAsync(IVendor vendor, RunHold hold, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var run = hold.State!;
        var (kind, by) = (Identifier.KindFor(vendor.Channel), By(vendor));
        var known = (await denials.KnownAsync(kind, by, cancellationToken)).ToDictionary();
        var standing = await DenyAsync(vendor, run, by, known, cancellationToken);
        var plan = await PlanAsync(vendor, run, known, standing, cancellationToken);
        await Parallel.ForEachAsync(plan.Lift, Bounded(cancellationToken), async (hash, token) => await denials.LiftAsync(kind, IdentifierHash.Parse(hash), by, token));

        var tally = new RunTally
        {
            Denied = known.Values.Count(d => d.Run == run.RunId),
            Lifted = plan.Lift.Count,
            LiftsWithheld = plan.Withheld,
            Known = vendor.TakesPushes ? 0 : await KnownHereAsync(vendor, pulled, cancellationToken),
        };
        await hold.SaveAsync(run.To(RunPhase.Push) with { Tally = run.Tally + tally }, cancellationToken);
    }

    private static string By(IVendor vendor) => vendor.TakesPushes ? Denial.OfBounces(vendor.Name) : vendor.Name;

    /// <returns>Everybody who stands on the lists.</returns>
    private async Task<HashSet<IdentifierHash>> DenyAsync(IVendor vendor, RunState run, string by, Dictionary<IdentifierHash, KnownDenial> known, CancellationToken cancellationToken)
    {
        var kind = vendor.TakesPushes ? VendorEntryKind.Undeliverable : VendorEntryKind.Registered;
        var standing = new HashSet<IdentifierHash>();
        foreach (var (pull, page) in run.AllPages())
        {
            var entries = await blobs.PageAsync(RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[pull], page), cancellationToken);
            (IdentifierHash Hash, VendorEntry Entry)[] missing = [.. entries.Where(e => e.Kind == kind).Select(e => (protector.Hash(e.Identifier), e)).Where(e => standing.Add(e.Item1) && !known.ContainsKey(e.Item1))];
            await Parallel.ForEachAsync(missing, Bounded(cancellationToken), async (one, token) =>
                await denials.SetAsync(new Denial(one.Entry.Identifier, by, [vendor.Channel], one.Entry.At), run.RunId, token));
            foreach (var (hash, _) in missing)
                known.Add(hash, new KnownDenial(time.GetUtcNow(), run.RunId));
        }

        return standing;
    }

    private async Task<DenialPlan> PlanAsync(
        IVendor vendor, RunState run, Dictionary<IdentifierHash, KnownDenial> known, HashSet<IdentifierHash> standing, CancellationToken cancellationToken)
    {
        if (run.Unread.Count > 0)
            return new DenialPlan([], 0); // Who was not read need not be gone.
        var name = RunBlobs.PlanName(vendor.Name, run.RunId, Unit, 0);
        if (await blobs.FindAsync(name, RunJson.Default.DenialPlan, cancellationToken) is { } written)
            return written;

        string[] gone = [.. known.Where(d => !standing.Contains(d.Key) && d.Value.SetAt < run.Until - ListDelay).Select(d => d.Key.ToString())];
        var plan = MayLift(vendor, run, gone.Length, known.Count) ? new DenialPlan(gone, 0) : new DenialPlan([], gone.Length);
        if (gone.Length > 0)
            await blobs.WriteAsync(name, plan, RunJson.Default.DenialPlan, cancellationToken);
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
internal sealed record DenialPlan(IReadOnlyList<string> Lift, int Withheld);
