using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Checks each entry once and records the Stops that we lack. Each page is judged first, the plan is saved, and only then carried out.
/// After a crash the same plan is carried out and counted again; a new one would find its own work already done.
/// </summary>
internal sealed class ComparePhase(
    RunBlobs blobs,
    IdentifierIndex index,
    ConsentStore consent,
    IdentifierIntake intake,
    UnknownOwners unknown,
    VendorRepair repair,
    IdentifierProtector protector,
    IOptions<ReconciliationOptions> options)
{
    public static string Unit(string pull) => "compare-" + pull;

    /// <returns>Null when every page was checked; otherwise why the run must pause.</returns>
    public async Task<RunPause?> RunAsync(IVendor vendor, RunLease lease, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var from = (lease.State!.Pull, lease.State.Page);
        foreach (var (pull, page) in lease.State.AllPages())
        {
            var run = lease.State;
            var name = RunBlobs.PageName(vendor.Name, run.RunId, run.Pulls[pull], page);
            VendorEntry[] entries = [.. (await blobs.PageAsync(name, cancellationToken)).Where(
                e => pulled.TryTake(e.List, protector.Hash(e.Identifier), e.At))];
            if ((pull, page).CompareTo(from) < 0)
                // Checked before the run was interrupted. Its entries are taken all the same, so that a duplicate on a
                // later page is not checked.
                continue;

            var planName = RunBlobs.PlanName(vendor.Name, run.RunId, Unit(run.Pulls[pull]), page);
            var plan = await blobs.FindAsync(planName, RunJson.Default.ComparePlan, cancellationToken);
            var strangers = new ConcurrentDictionary<Identifier, bool>();
            if (plan is null)
            {
                plan = await JudgeAsync(vendor, entries, strangers, cancellationToken);
                if (plan.Record.Count + plan.Remove.Count > 0)
                    await blobs.WriteAsync(planName, plan, RunJson.Default.ComparePlan, cancellationToken);
            }

            if (await RecordAsync(vendor, plan, [.. strangers.Keys], pulled, cancellationToken) is not { } recorded)
                return new RunPause("Neither the bus nor the outbox accepted a Stop.");
            await lease.SaveAsync(
                lease.State with { Pull = pull, Page = page + 1, Tally = lease.State.Tally + plan.Tally + recorded }, cancellationToken);
        }

        return null;
    }

    private async Task<ComparePlan> JudgeAsync(
        IVendor vendor, VendorEntry[] entries, ConcurrentDictionary<Identifier, bool> strangers, CancellationToken cancellationToken)
    {
        var judgements = new Judgement?[entries.Length];
        await Parallel.ForAsync(0, entries.Length, Bounded(cancellationToken), async (i, token) =>
            judgements[i] = entries[i].Kind is VendorEntryKind.Undeliverable or VendorEntryKind.Registered
                ? null
                : await JudgeAsync(vendor, entries[i], strangers, token));

        return new ComparePlan(
            new RunTally
            {
                Entries = entries.Length,
                Lists = entries.CountBy(e => e.List).ToDictionary(),
                Undeliverable = entries.Count(e => e.Kind == VendorEntryKind.Undeliverable),
                Agreement = judgements.Count(j => j == Judgement.Agreed),
                NotOurs = judgements.Count(j => j == Judgement.NotOurs),
                ToRemove = judgements.Count(j => j == Judgement.Remove),
            },
            [.. Of(Judgement.Record)],
            [.. Of(Judgement.Remove)]);

        IEnumerable<StoredEntry> Of(Judgement judgement) => entries.Where((_, i) => judgements[i] == judgement).Select(StoredEntry.From);
    }

    // One point read for an entry that agrees, which is nearly every one, and for a contact point that nobody is known to have.
    private async Task<Judgement> JudgeAsync(
        IVendor vendor, VendorEntry entry, ConcurrentDictionary<Identifier, bool> strangers, CancellationToken cancellationToken)
    {
        if (await index.AnswerAsync(entry.Identifier, cancellationToken) is not { } answer)
        {
            strangers[entry.Identifier] = true;
            return EntryRule.Judge(vendor, entry, []);
        }

        if (vendor.ListsFor(answer.Stops[vendor.Channel]).Contains(entry.List))
            return Judgement.Agreed;

        var owners = new List<ConsentState>();
        foreach (var subject in await index.SubjectsAsync(entry.Identifier, cancellationToken))
            owners.Add((await consent.LoadAsync(subject, cancellationToken)).Consent);
        return EntryRule.Judge(vendor, entry, owners);
    }

    private async Task<RunTally?> RecordAsync(
        IVendor vendor, ComparePlan plan, HashSet<Identifier> strangers, PulledEntries pulled, CancellationToken cancellationToken)
    {
        var parts = new ConcurrentBag<RunTally?>();
        VendorEntry[] entries = [.. plan.Record.Select(stored => stored.ToEntry())];
        var created = await unknown.RecordAsync(
            vendor,
            [
                .. entries.Where(e => strangers.Contains(e.Identifier)).GroupBy(e => e.Identifier)
                    .Select(owner => new UnknownOwner(owner.Key, [.. owner.Select(e => Stop(vendor, e))])),
            ],
            Bounded(cancellationToken));
        if (created is null)
            return null;
        foreach (var owner in created)
        {
            NoteConfirmed(vendor, owner, pulled);
            parts.Add(RunTally.Note([owner.Subject.ToString()], SubjectEvent.StopRecorded) with
            {
                Recorded = owner.Changes.Count,
            });
        }

        var done = created.Select(c => c.Identifier).ToHashSet();
        await Parallel.ForEachAsync(
            entries.Where(e => !done.Contains(e.Identifier)),
            Bounded(cancellationToken),
            async (entry, token) => parts.Add(await RecordAsync(vendor, entry, token)));
        return parts.Any(p => p is null) ? null : RunTally.Sum(parts.Select(p => p!));
    }

    private void NoteConfirmed(IVendor vendor, NewStandIn owner, PulledEntries pulled)
    {
        var hash = protector.Hash(owner.Identifier);
        if (owner.Vendors[vendor.Name] is not { Status: VendorStatus.Confirmed } row)
            return;
        foreach (var list in vendor.ListsFor(row.Stops[hash]))
            pulled.AddConfirmed(list, hash);
    }

    private async Task<RunTally?> RecordAsync(IVendor vendor, VendorEntry entry, CancellationToken cancellationToken)
    {
        if (await intake.RecordAsync(Stop(vendor, entry), WaitFor.Visible) is not { } changes)
            return null;
        foreach (var change in changes)
            await repair.SettleAsync(vendor, change, cancellationToken);
        return RunTally.Note(changes.Select(c => c.Subject.ToString()), SubjectEvent.StopRecorded) with { Recorded = 1 };
    }

    private IdentifierStop Stop(IVendor vendor, VendorEntry entry)
    {
        // The same key every night, so that a Stop that another run finds again is the same change.
        var key =
            $"{vendor.Name}~{entry.List}~{protector.Hash(entry.Identifier)}~{entry.At.UtcTicks.ToString(CultureInfo.InvariantCulture)}";
        return new IdentifierStop(
            entry.Identifier,
            entry.Stop,
            entry.At,
            Source.Reconciliation,
            new ChangeEvidence(vendor.Channel, Vendor: vendor.Name, Reference: entry.List),
            key);
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken };
}
