using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Vendors;

/// <summary>How a difference between a vendor's list and ours ended.</summary>
internal enum DriftEnd
{
    /// <summary>Nothing was to be done.</summary>
    Nothing,

    /// <summary>What the vendor refuses is stopped here too.</summary>
    Agreed,

    /// <summary>Nobody had decided anything: the vendor's entry became a Stop.</summary>
    Recorded,

    /// <summary>The vendor is being made equal to what we hold.</summary>
    Announced,

    /// <summary>It is not durable: the vendor must tell it again.</summary>
    Lost,
}

/// <summary>
/// What a difference means that a vendor shows in passing, by refusing a message or by taking an entry away. It does not say when the entry was made; who was
/// first, the person's Allow or the entry, the nightly comparison finds out by the list's own dates. So in doubt nothing is recorded here, and nothing removed
/// there but what we put there.
/// </summary>
internal sealed class DriftIntake(IdentifierIntake stops, ChangeIntake changes, IdentifierIndex index, ConsentStore consent, TimeProvider time)
{
    /// <summary>The vendor refused to send: the contact point stands on a list of its own.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<DriftEnd> RefusedAsync(string vendor, VendorDrift drift, CancellationToken cancellationToken)
    {
        var known = await index.FindAsync(drift.Identifier, cancellationToken);

        // Something is stopped on the channel. Whether it is all that the vendor's entry stops, the night compares list by list.
        if (known is not null && !known.Stops[drift.Channel].IsNothing)
            return DriftEnd.Agreed;
        if (await DecidedAsync(known, drift.Channel, cancellationToken))
            return await AnnounceAsync(known!);

        var stop = new IdentifierStop(
            drift.Identifier, Scope.Everything, drift.At, Source.VendorWebhook, new ChangeEvidence(drift.Channel, Vendor: vendor, Reference: drift.EventKey), $"{vendor}:{drift.EventKey}");
        return await stops.RecordAsync(stop, AnswerWhen.WaitForDurable, cancellationToken) is null ? DriftEnd.Lost : DriftEnd.Recorded;
    }

    /// <summary>
    /// The person asked the vendor for its messages again. Only the person's own act at a webhook of ours allows anything, so what is stopped here is
    /// stopped there anew; the way back stands in every message and on every page of ours.
    /// </summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<DriftEnd> ResubscribedAsync(Identifier who, IReadOnlyList<Channel> channels, CancellationToken cancellationToken) =>
        await index.FindAsync(who, cancellationToken) is { } known && channels.Any(c => known.Stops.TryGetValue(c, out var stopped) && !stopped.IsNothing)
            ? await AnnounceAsync(known)
            : DriftEnd.Nothing;

    private async Task<bool> DecidedAsync(IdentifierPermission? known, Channel channel, CancellationToken cancellationToken)
    {
        foreach (var subject in known?.Subjects ?? [])
        {
            if ((await consent.LoadAsync(subject, cancellationToken)).Consent.Entries.Any(e => e.Key.Channel is null || e.Key.Channel == channel))
                return true;
        }

        return false;
    }

    private async Task<DriftEnd> AnnounceAsync(IdentifierPermission known)
    {
        var announced = true;
        foreach (var subject in known.Subjects)
            announced &= await changes.AnnounceAsync(SubjectMessage.Updated(subject, time.GetUtcNow()));
        return announced ? DriftEnd.Announced : DriftEnd.Lost;
    }
}
