using OptOut.Consent;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

internal enum Judgement
{
    /// <summary>What the entry stops is stopped here too.</summary>
    Agreed,

    /// <summary>The vendor has a Stop that we do not have: record it.</summary>
    Record,

    /// <summary>The person has since asked for mail again: remove the entry.</summary>
    Remove,

    /// <summary>The same, but on a list of the vendor's own that our pushes do not reach.</summary>
    NotOurs,
}

/// <summary>Decides what a vendor's entry means, given our own state. Pure, so that tests can cover every case.</summary>
internal static class EntryRule
{
    private static readonly TimeSpan LastOfSecond = TimeSpan.FromMilliseconds(999);

    /// <param name="owners">The consent of everybody with this contact point; empty while it is unknown.</param>
    public static Judgement Judge(IVendor vendor, VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stops = Stops(vendor, owners);
        if (Holds(vendor, entry, stops))
            return Judgement.Agreed;

        // As if the vendor had notified us at once: an owner's later Allow beats the entry, and an owner who never allowed is stopped by
        // it, even if another owner of a shared address allows.
        if (!Stops(vendor, With(entry, owners)).Equals(stops))
            return Judgement.Record;
        return entry.Kind == VendorEntryKind.Unsubscribed && !vendor.ListsFor(StopSet.Everything).Contains(entry.List)
            ? Judgement.NotOurs
            : Judgement.Remove;
    }

    public static StopSet Stops(IVendor vendor, IEnumerable<ConsentState> owners) =>
        owners.Aggregate(StopSet.Nothing, (stops, owner) => stops.Union(owner.Stops(vendor.Channel)));

    /// <summary>
    /// The latest moment at which the person can have acted. A vendor that writes whole seconds may have cut off up to 999 ms, and a tie
    /// means Stop.
    /// </summary>
    public static DateTimeOffset ActedAt(VendorEntry entry) =>
        entry.At.UtcTicks % TimeSpan.TicksPerSecond == 0 ? entry.At + LastOfSecond : entry.At;

    private static bool Holds(IVendor vendor, VendorEntry entry, StopSet stops) =>
        vendor.ListsFor(stops).Contains(entry.List) || (entry.Stop.Topic is { } topic ? stops.Stops(topic) : stops.IsEverything);

    private static IEnumerable<ConsentState> With(VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stop = ConsentState.From([KeyValuePair.Create(entry.Stop, new ConsentEntry(Decision.Stop, ActedAt(entry), Guid.Empty))]);
        return owners.Count == 0 ? [stop] : owners.Select(o => o.Merge(stop));
    }
}
