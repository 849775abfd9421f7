using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Vendors;

/// <summary>What was done about a difference between a vendor's list and ours.</summary>
internal enum DriftOutcome
{
    /// <summary>Nothing had to be done.</summary>
    Nothing,

    /// <summary>The contact point is already stopped here on that channel.</summary>
    AlreadyStopped,

    /// <summary>No decision existed here, so the vendor's entry was recorded as a Stop.</summary>
    Recorded,

    /// <summary>The subject was announced again, so that the vendor is updated to our state.</summary>
    Announced,

    /// <summary>The result could not be saved: the vendor must send the event again.</summary>
    NotSaved,
}

/// <summary>
/// Handles the differences that a vendor's webhooks reveal: a refused message, or an entry that the vendor removed. Such an event does
/// not say when the entry was made. Whether the person's Allow or the vendor's entry came first is decided by the nightly comparison,
/// from the dates in the list. Until then, when in doubt, this records nothing, and removes nothing at the vendor except what we put
/// there.
/// </summary>
internal sealed class DriftIntake(
    IdentifierIntake stops, ChangeIntake changes, IdentifierIndex index, ConsentStore consent, TimeProvider time)
{
    /// <summary>The vendor refused to send because the contact point is on one of its own lists.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store is unavailable.</exception>
    public async Task<DriftOutcome> HandleRefusalAsync(string vendor, VendorDrift drift, CancellationToken cancellationToken)
    {
        var known = await index.FindAsync(drift.Identifier, cancellationToken);

        // Something is already stopped on the channel. The nightly comparison checks, list by list, whether it covers everything that the
        // vendor's entry stops.
        if (known is not null && !known.Stops[drift.Channel].IsNothing)
            return DriftOutcome.AlreadyStopped;
        if (await HasDecisionAsync(known, drift.Channel, cancellationToken))
            return await AnnounceAsync(known!);

        var stop = new IdentifierStop(
            drift.Identifier,
            Scope.Everything,
            drift.At,
            Source.VendorWebhook,
            new ChangeEvidence(drift.Channel, Vendor: vendor, Reference: drift.EventKey),
            $"{vendor}:{drift.EventKey}");
        return await stops.RecordAsync(stop, WaitFor.Durable) is null ? DriftOutcome.NotSaved : DriftOutcome.Recorded;
    }

    /// <summary>
    /// The person asked the vendor for its messages again. Only the person's own action here can allow anything, so whatever is stopped
    /// here is pushed to the vendor again. Every message and every page of ours shows how to allow messages again.
    /// </summary>
    /// <exception cref="Platform.StoreUnavailableException">The store is unavailable.</exception>
    public async Task<DriftOutcome> HandleResubscriptionAsync(
        Identifier identifier, IReadOnlyList<Channel> channels, CancellationToken cancellationToken) =>
        await index.FindAsync(identifier, cancellationToken) is { } known
            && channels.Any(c => known.Stops.TryGetValue(c, out var stopped) && !stopped.IsNothing)
            ? await AnnounceAsync(known)
            : DriftOutcome.Nothing;

    private async Task<bool> HasDecisionAsync(OwnedPermission? known, Channel channel, CancellationToken cancellationToken)
    {
        foreach (var subject in known?.Subjects ?? [])
        {
            if ((await consent.LoadAsync(subject, cancellationToken)).Consent.Entries.Any(
                e => e.Key.Channel is null || e.Key.Channel == channel))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<DriftOutcome> AnnounceAsync(OwnedPermission known)
    {
        var announced = true;
        foreach (var subject in known.Subjects)
            announced &= await changes.PublishAsync(SubjectMessage.Updated(subject, time.GetUtcNow()));
        return announced ? DriftOutcome.Announced : DriftOutcome.NotSaved;
    }
}
