using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

internal enum VendorListStatus
{
    /// <summary>The vendor holds what is stopped.</summary>
    Held,

    /// <summary>It does not, and should: a difference.</summary>
    Missing,

    /// <summary>Decided, or told to the vendor, after its lists were read, or a moment before: the fan-out carries it, and the next run looks.</summary>
    TooNew,
}

/// <summary>Whether a vendor holds what a contact point's people stopped, by the lists that were read and by what the vendor confirmed.</summary>
internal sealed class VendorListCheck(ConsentStore consent, VendorRows rows, IdentifierProtector protector)
{
    // What was received less than this before the lists were read may still be on its way. It takes seconds; a busy bus takes longer.
    private static readonly TimeSpan InFlight = TimeSpan.FromMinutes(5);

    /// <param name="read">The lists that were read to their end.</param>
    /// <param name="permission">Of one contact point, with something stopped on the vendor's channel.</param>
    public async Task<VendorListStatus> CheckAsync(
        IVendor vendor, RunState run, PulledEntries pulled, HashSet<string> read, IdentifierPermission permission, CancellationToken cancellationToken)
    {
        var stops = permission.Stops[vendor.Channel];
        var hash = protector.Hash(permission.Identifier);
        var missing = Missing(stops);
        var wanted = vendor.ListsFor(stops).Count > 0;
        if (wanted && missing.Length == 0)
            return VendorListStatus.Held;
        if (permission.At > run.Until)
            return VendorListStatus.TooNew;

        // One that confirmed it and has lost it, that refused it, or that is tried again: what it lacks is no longer on its way.
        var told = false;
        foreach (var subject in permission.Subjects)
        {
            var row = await rows.LoadAsync(subject, vendor.Name, cancellationToken);
            var confirmed = row?.Stops.GetValueOrDefault(hash);
            told |= row is { Status: not VendorStatus.Confirmed } || (confirmed is not null && wanted && missing.All(vendor.ListsFor(confirmed).Contains));
            if (row is not { Status: VendorStatus.Confirmed } || confirmed is null)
                continue;

            // What stands on none of the lists that are read, what the vendor confirmed must tell.
            if (!wanted && confirmed.Equals(stops))
                return VendorListStatus.Held;
            if (row.ConfirmedAt > run.Until && missing.All(vendor.ListsFor(confirmed).Contains))
                return VendorListStatus.TooNew;
        }

        // A Stop may be dated long before it reached us: one out of another vendor's list, of this very night, most of all.
        return await ThenAsync(vendor, permission, told ? run.Until : run.Until - InFlight, cancellationToken) is { } then && !then.Equals(stops) && Missing(then).Length == 0
            ? VendorListStatus.TooNew
            : VendorListStatus.Missing;

        string[] Missing(StopSet set) => [.. vendor.ListsFor(set).Where(list => read.Contains(list) && !pulled.Has(list, hash))];
    }

    // What was stopped by all that had reached us by then: the ledgers, read so far. Null where nothing has come since.
    private async Task<StopSet?> ThenAsync(IVendor vendor, IdentifierPermission permission, DateTimeOffset received, CancellationToken cancellationToken)
    {
        var (stops, grew) = (StopSet.Nothing, false);
        foreach (var subject in permission.Subjects)
        {
            var state = ConsentState.Empty;
            await foreach (var entry in consent.LedgerAsync(subject, cancellationToken))
            {
                if (entry.Change.ReceivedAt <= received)
                    state = state.With(entry.Change);
                else
                    grew = true;
            }

            stops = stops.Union(state.Stops(vendor.Channel));
        }

        return grew ? stops : null;
    }
}
