using OptOut.Consent;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

internal enum Judgement
{
    /// <summary>What the entry stops is stopped here.</summary>
    Agreed,

    /// <summary>The vendor knows of a Stop that we do not: record it.</summary>
    Record,

    /// <summary>The person has asked for mail since: remove the entry.</summary>
    Remove,

    /// <summary>The same, but on a list of the vendor's own that no push of ours reaches.</summary>
    NotOurs,
}

/// <summary>What a vendor's entry means beside what we hold. Pure, so that every case can be shown.</summary>
internal static class EntryRule
{
    private static readonly TimeSpan LastOfSecond = TimeSpan.FromMilliseconds(999);

    /// <param name="owners">The consent of everybody whose identifier it is; nobody's while it is unknown.</param>
    public static Judgement Judge(IVendor vendor, VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stops = Stops(vendor, owners);
        if (Holds(vendor, entry, stops))
            return Judgement.Agreed;

        // As if the vendor had told us at once: an owner's later Allow beats the entry, and an owner who never allowed is stopped by it, also where
        // another owner of a shared address allows.
        if (!Stops(vendor, With(entry, owners)).Equals(stops))
            return Judgement.Record;
        return entry.Kind == VendorEntryKind.Unsubscribed && !vendor.ListsFor(StopSet.Everything).Contains(entry.List) ? Judgement.NotOurs : Judgement.Remove;
    }

    public static StopSet Stops(IVendor vendor, IEnumerable<ConsentState> owners) =>
        owners.Aggregate(StopSet.Nothing, (stops, owner) => stops.Union(owner.Stops(vendor.Channel)));

    /// <summary>
    /// When the person acted, at the latest. A vendor that writes whole seconds may have cut up to 999 ms off, and a tie means Stop.
    /// </summary>
    public static DateTimeOffset ActedAt(VendorEntry entry) => entry.At.UtcTicks % TimeSpan.TicksPerSecond == 0 ? entry.At + LastOfSecond : entry.At;

    private static bool Holds(IVendor vendor, VendorEntry entry, StopSet stops) =>
        vendor.ListsFor(stops).Contains(entry.List) || (entry.Stop.Topic is { } topic ? stops.Stops(topic) : stops.IsEverything);

    private static IEnumerable<ConsentState> With(VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stop = ConsentState.From([KeyValuePair.Create(entry.Stop, new ConsentEntry(Decision.Stop, ActedAt(entry), Guid.Empty))]);
        return owners.Count == 0 ? [stop] : owners.Select(o => o.Merge(stop));
    }
}
