using OptOut.Company;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>Makes a vendor equal to our state for one contact point, and updates the vendor's rows.</summary>
internal sealed class VendorRepair(
    VendorRetryPolicy retryPolicy,
    VendorPusher pusher,
    VendorRows rows,
    SubjectRows subjects,
    IdentifierIndex index,
    IdentifierProtector protector,
    TopicCatalogue catalogue,
    TimeProvider time)
{
    // As in VendorPusher: for somebody who decides again faster than a vendor answers, their own message does the rest.
    private const int MaxRounds = 5;

    /// <summary>Pushes what is stopped, even if the vendor once confirmed it.</summary>
    public Task<VendorOutcome> PushAgainAsync(IVendor vendor, OwnedPermission permission, CancellationToken cancellationToken) =>
        PushAsync(vendor, permission, confirmed: null, cancellationToken);

    /// <summary>Removes the vendor's entry on a list, and as little else as the vendor's own terms allow.</summary>
    public Task<VendorOutcome> RemoveAsync(
        IVendor vendor, OwnedPermission permission, string list, CancellationToken cancellationToken) =>
        PushAsync(vendor, permission, LeastThatImplies(vendor, list), cancellationToken);

    /// <summary>
    /// Pushes what is missing at the vendor after a Stop that was found on its own list. A failure is left to the push phase.
    /// </summary>
    public Task SettleAsync(IVendor vendor, Change change, CancellationToken cancellationToken) =>
        PushAsync(vendor, SubjectMessage.From(change), cancellationToken);

    private async Task PushAsync(IVendor vendor, SubjectMessage message, CancellationToken cancellationToken)
    {
        await index.RepairAsync(message.Subject, cancellationToken);
        await pusher.PushAsync(vendor, message, await subjects.LoadAsync(message.Subject, cancellationToken), cancellationToken);
    }

    private async Task<VendorOutcome> PushAsync(
        IVendor vendor, OwnedPermission permission, StopSet? confirmed, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            var stops = permission.Stops[vendor.Channel];
            if (await retryPolicy.PushAsync(vendor, new VendorPush(permission.Identifier, stops, confirmed), cancellationToken)
                is var outcome and not VendorOutcome.Confirmed)
            {
                await MarkAsync(vendor, permission, outcome, cancellationToken);
                return outcome;
            }

            // The person may have decided again meanwhile, and that push may have come before ours: ours would then be the older decision.
            var now = await index.FindAsync(permission.Identifier, cancellationToken) ?? permission;
            if (now.Stops[vendor.Channel].Equals(stops) || round == MaxRounds)
                break;
            (permission, confirmed) = (now, stops);
        }

        foreach (var subject in permission.Subjects)
            await SettleRowAsync(vendor, subject, permission, cancellationToken);
        return new VendorOutcome.Confirmed();
    }

    // A row that is already correct is left alone: its time to stop belongs to the person's decision, not to tonight.
    private async Task SettleRowAsync(
        IVendor vendor, SubjectKey subject, OwnedPermission permission, CancellationToken cancellationToken)
    {
        var stops = permission.Stops[vendor.Channel];
        var row = await rows.LoadAsync(subject, vendor.Name, cancellationToken);
        if (row is null
            ? stops.IsNothing
            : row.Status == VendorStatus.Confirmed
                && row.Stops.GetValueOrDefault(protector.Hash(permission.Identifier), StopSet.Nothing).Equals(stops))
        {
            return;
        }

        var now = time.GetUtcNow();
        var message = new SubjectMessage(
            subject, [], row?.Since ?? permission.At ?? now, row?.Event ?? EventIds.New(now), Attempt: row?.Attempt ?? 0);
        await PushAsync(vendor, message, cancellationToken);
    }

    private async Task MarkAsync(
        IVendor vendor, OwnedPermission permission, VendorOutcome outcome, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (status, reason) = outcome is VendorOutcome.Rejected rejected
            ? (VendorStatus.Rejected, rejected.Reason)
            : (VendorStatus.Waiting, (outcome as VendorOutcome.Transient)?.Reason);
        foreach (var subject in permission.Subjects)
        {
            var row = await rows.LoadAsync(subject, vendor.Name, cancellationToken)
                ?? new VendorRow(status, new Dictionary<IdentifierHash, StopSet>(), EventIds.New(now), permission.At ?? now, null, 0, null);
            await rows.SaveAsync(
                subject,
                vendor.Name,
                row with { Status = status, Reason = reason, ConfirmedAt = null, Attempt = row.Attempt + 1 },
                cancellationToken);
        }
    }

    // What was confirmed determines what may be removed. "Everything" for the list of one topic would remove entries that the person made
    // elsewhere.
    private StopSet LeastThatImplies(IVendor vendor, string list) =>
        catalogue.Topics.Select(t => new StopSet(false, [t])).Append(StopSet.Everything)
            .Where(stops => vendor.ListsFor(stops).Contains(list))
            .MinBy(stops => vendor.ListsFor(stops).Count) ?? StopSet.Everything;
}
