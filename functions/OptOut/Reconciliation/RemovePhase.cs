using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Removes entries of people who have asked for mail since. Only now: every Stop on every list has been recorded, so that what is pushed holds
/// whatever the person said later elsewhere. Each is judged once more, because the person may have decided anew.
/// </summary>
internal sealed class RemovePhase(
    RunBlobs blobs, IdentifierIndex index, ConsentStore consent, VendorRepair repair, IOptions<ReconciliationOptions> options)
{
    /// <returns>Null when done; else why the run has to wait.</returns>
    public async Task<RunWait?> RunAsync(IVendor vendor, RunLease hold, CircuitBreaker absence, CancellationToken cancellationToken)
    {
        if (hold.State!.Tally.ToRemove == 0)
            return null;

        var from = (hold.State.Pull, hold.State.Page);
        foreach (var (pull, page) in hold.State.AllPages().Where(p => p.CompareTo(from) >= 0))
        {
            var run = hold.State;
            var plan = await blobs.FindAsync(RunBlobs.PlanName(vendor.Name, run.RunId, ComparePhase.Unit(run.Pulls[pull]), page), RunJson.Default.ComparePlan, cancellationToken);
            var tally = new RunTally();
            foreach (var stored in plan?.Remove ?? [])
            {
                var sum = run.Tally + tally;
                tally += sum.Removed + sum.RemovalsFailed >= options.Value.MaxRemovals
                    ? new RunTally { Withheld = 1 }
                    : await RemoveAsync(vendor, stored.ToEntry(), absence, cancellationToken);
                if (absence.Reason is { } away)
                    return new RunWait(away, tally);
            }

            await hold.SaveAsync(run with { Pull = pull, Page = page + 1, Tally = run.Tally + tally }, cancellationToken);
        }

        return null;
    }

    private async Task<RunTally> RemoveAsync(IVendor vendor, VendorEntry entry, CircuitBreaker absence, CancellationToken cancellationToken)
    {
        if (await index.FindAsync(entry.Identifier, cancellationToken) is not { } permission)
            return new RunTally { NotOurs = 1 }; // Erased since it was looked at.
        var owners = new List<ConsentState>();
        foreach (var subject in permission.Subjects)
            owners.Add((await consent.LoadAsync(subject, cancellationToken)).Consent);
        if (EntryRule.Judge(vendor, entry, owners) != Judgement.Remove)
            return new RunTally { Agreement = 1 };

        var stops = permission.Stops.ToDictionary();
        stops[vendor.Channel] = EntryRule.Stops(vendor, owners);
        var subjects = permission.Subjects.Select(s => s.ToString());
        switch (await repair.RemoveAsync(vendor, permission with { Stops = stops }, entry.List, cancellationToken))
        {
            case VendorOutcome.Transient transient:
                absence.Count(transient);
                return RunTally.Failure(transient.Reason) + RunTally.Note(subjects, SubjectEvent.NotConfirmed) + new RunTally { RemovalsFailed = 1, Exhausted = 1 };
            case VendorOutcome.Rejected rejected:
                return RunTally.Failure(rejected.Reason) + RunTally.Note(subjects, SubjectEvent.NotConfirmed) + new RunTally { RemovalsFailed = 1 };
            default:
                return RunTally.Note(subjects, SubjectEvent.EntryRemoved) + new RunTally { Removed = 1 };
        }
    }
}
