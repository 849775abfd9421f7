using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Removes entries of people who have since asked for mail again. It comes after every Stop on every list has been recorded, so that a push
/// includes anything the person decided later elsewhere. Each entry is judged once more, because the person may have decided again.
/// </summary>
internal sealed class RemovePhase(
    RunBlobs blobs, IdentifierIndex index, ConsentStore consent, VendorRepair repair, IOptions<ReconciliationOptions> options)
{
    /// <returns>Null when done; otherwise why the run must pause.</returns>
    public async Task<RunPause?> RunAsync(IVendor vendor, RunLease lease, CircuitBreaker breaker, CancellationToken cancellationToken)
    {
        if (lease.State!.Tally.ToRemove == 0)
            return null;

        var from = (lease.State.Pull, lease.State.Page);
        foreach (var (pull, page) in lease.State.AllPages().Where(p => p.CompareTo(from) >= 0))
        {
            var run = lease.State;
            var plan = await blobs.FindAsync(
                RunBlobs.PlanName(vendor.Name, run.RunId, ComparePhase.Unit(run.Pulls[pull]), page),
                RunJson.Default.ComparePlan,
                cancellationToken);
            var tally = new RunTally();
            foreach (var stored in plan?.Remove ?? [])
            {
                var sum = run.Tally + tally;
                tally += sum.Removed + sum.RemovalsFailed >= options.Value.MaxRemovals
                    ? new RunTally { Withheld = 1 }
                    : await RemoveAsync(vendor, stored.ToEntry(), breaker, cancellationToken);
                if (breaker.Reason is { } reason)
                    return new RunPause(reason, tally);
            }

            await lease.SaveAsync(run with { Pull = pull, Page = page + 1, Tally = run.Tally + tally }, cancellationToken);
        }

        return null;
    }

    private async Task<RunTally> RemoveAsync(IVendor vendor, VendorEntry entry, CircuitBreaker breaker, CancellationToken cancellationToken)
    {
        if (await index.FindAsync(entry.Identifier, cancellationToken) is not { } permission)
            return new RunTally { NotOurs = 1 }; // Erased since it was checked.
        var owners = new List<ConsentState>();
        foreach (var subject in permission.Subjects)
            owners.Add((await consent.LoadAsync(subject, cancellationToken)).Consent);
        if (EntryRule.Judge(vendor, entry, owners) != Judgement.Remove)
            return new RunTally { Agreement = 1 };

        var stops = permission.Stops.ToDictionary();
        stops[vendor.Channel] = EntryRule.Stops(vendor, owners);
        var subjects = permission.Subjects.Select(s => s.ToString());
        switch (await repair.RemoveAsync(vendor, permission with { Answers = permission.Answers with { Stops = stops } }, entry.List, cancellationToken))
        {
            case VendorOutcome.Transient transient:
                breaker.RecordFailure(transient);
                return RunTally.Failure(transient.Reason)
                    + RunTally.Note(subjects, SubjectEvent.NotConfirmed)
                    + new RunTally { RemovalsFailed = 1, Exhausted = 1 };
            case VendorOutcome.Rejected rejected:
                return RunTally.Failure(rejected.Reason)
                    + RunTally.Note(subjects, SubjectEvent.NotConfirmed)
                    + new RunTally { RemovalsFailed = 1 };
            default:
                return RunTally.Note(subjects, SubjectEvent.EntryRemoved) + new RunTally { Removed = 1 };
        }
    }
}
