using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

internal enum VendorListStatus
{
    /// <summary>The vendor has what is stopped.</summary>
    Matches,

    /// <summary>The vendor should have it and does not: drift.</summary>
    Missing,

    /// <summary>
    /// Decided, or sent to the vendor, after its lists were read or shortly before. It is still being delivered; the next run checks it.
    /// </summary>
    TooNew,
}

/// <summary>
/// Checks whether a vendor has what the owners of a contact point stopped, using the lists that were read and what the vendor confirmed.
/// </summary>
internal sealed class VendorListCheck(ConsentStore consent, VendorRows rows, IdentifierProtector protector)
{
    // What was received less than this before the lists were read may still be on its way. Normally that takes seconds; on a busy bus,
    // longer.
    private static readonly TimeSpan InFlight = TimeSpan.FromMinutes(5);

    /// <param name="read">The lists that were read to the end.</param>
    /// <param name="permission">The permission of one contact point, with something stopped on the vendor's channel.</param>
    public async Task<VendorListStatus> CheckAsync(
        IVendor vendor,
        RunState run,
        PulledEntries pulled,
        HashSet<string> read,
        OwnedPermission permission,
        CancellationToken cancellationToken)
    {
        var stops = permission.Stops[vendor.Channel];
        var hash = protector.Hash(permission.Identifier);
        var missing = Missing(stops);
        var wanted = vendor.ListsFor(stops).Count > 0;
        if (wanted && missing.Length == 0)
            return VendorListStatus.Matches;
        if (permission.At > run.Until || (missing.Length > 0 && missing.All(list => pulled.IsConfirmed(list, hash))))
            return VendorListStatus.TooNew;

        // The vendor confirmed it and has lost it, or refused it, or is being retried: what it lacks is no longer on its way.
        var sent = false;
        foreach (var subject in permission.Subjects)
        {
            var row = await rows.LoadAsync(subject, vendor.Name, cancellationToken);
            var confirmed = row?.Stops.GetValueOrDefault(hash);
            sent |= row is { Status: not VendorStatus.Confirmed }
                || (confirmed is not null && wanted && missing.All(vendor.ListsFor(confirmed).Contains));
            if (row is not { Status: VendorStatus.Confirmed } || confirmed is null)
                continue;

            // For a Stop that is on none of the lists that are read, only the confirmation counts.
            if (!wanted && confirmed.Equals(stops))
                return VendorListStatus.Matches;
            if (row.ConfirmedAt > run.Until && missing.All(vendor.ListsFor(confirmed).Contains))
                return VendorListStatus.TooNew;
        }

        // A Stop may be dated long before it reached us, above all one that was found tonight on another vendor's list.
        return await StopsAtAsync(vendor, permission, sent ? run.Until : run.Until - InFlight, cancellationToken) is { } earlier
            && !earlier.Equals(stops)
            && Missing(earlier).Length == 0
            ? VendorListStatus.TooNew
            : VendorListStatus.Missing;

        string[] Missing(StopSet set) => [.. vendor.ListsFor(set).Where(list => read.Contains(list) && !pulled.Contains(list, hash))];
    }

    // What was stopped by the changes received by then, from the ledgers. Null when nothing was received since.
    private async Task<StopSet?> StopsAtAsync(
        IVendor vendor, OwnedPermission permission, DateTimeOffset received, CancellationToken cancellationToken)
    {
        var (stops, grew) = (StopSet.Nothing, false);
        foreach (var subject in permission.Subjects)
        {
            var state = ConsentState.Empty;
            await foreach (var entry in consent.LedgerAsync(subject, cancellationToken))
            {
                if (entry.Change.ReceivedAt <= received)
                    state = state.With(entry);
                else
                    grew = true;
            }

            stops = stops.Union(state.Stops(vendor.Channel));
        }

        return grew ? stops : null;
    }
}
