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
    /// <param name="owners">The consent of everybody with this contact point; empty while it is unknown.</param>
    public static Judgement Judge(IVendor vendor, VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stops = Stops(vendor, owners);
        if (Holds(vendor, entry, stops))
            return Judgement.Agreed;

        // As if the vendor had notified us at once: to an owner who allowed since, the entry is old news, and an owner who never allowed is
        // stopped by it, even if another owner of a shared address allows.
        if (!Stops(vendor, With(entry, owners)).Equals(stops))
            return Judgement.Record;
        return entry.Kind == VendorEntryKind.Unsubscribed && !vendor.ListsFor(StopSet.Everything).Contains(entry.List)
            ? Judgement.NotOurs
            : Judgement.Remove;
    }

    public static StopSet Stops(IVendor vendor, IEnumerable<ConsentState> owners) =>
        owners.Aggregate(StopSet.Nothing, (stops, owner) => stops.Union(owner.Stops(vendor.Channel)));

    private static bool Holds(IVendor vendor, VendorEntry entry, StopSet stops) =>
        vendor.ListsFor(stops).Contains(entry.List) || (entry.Stop.Topic is { } topic ? stops.Stops(topic) : stops.IsEverything);

    private static IEnumerable<ConsentState> With(VendorEntry entry, IReadOnlyList<ConsentState> owners)
    {
        var stop = ConsentState.From(
            [KeyValuePair.Create(entry.Stop, new ConsentEntry(new LastStop(long.MaxValue, Guid.Empty, entry.At), null))]);
        return owners.Count == 0 ? [stop] : owners.Select(o => o.IsOldNews(entry.Stop, entry.At) ? o : o.Merge(stop));
    }
}
