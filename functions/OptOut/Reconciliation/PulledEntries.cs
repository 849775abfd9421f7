using System.Runtime.InteropServices;
using OptOut.Identity;

namespace OptOut.Reconciliation;

/// <summary>
/// Which contact point is on which list, as keyed hashes: about 50 bytes an entry in memory. A vendor may return an entry twice, and even
/// with two moments. The latest counts, because an earlier one could be older than the person's Allow while the latest is not.
/// </summary>
internal sealed class PulledEntries
{
    private readonly Dictionary<string, Dictionary<UInt128, long>> _lists = new(StringComparer.Ordinal);

    public void Add(string list, IdentifierHash hash, DateTimeOffset at)
    {
        ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, list, out _);
        entries ??= [];
        ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, hash.Value, out var known);
        if (!known || at.UtcTicks > latest)
            latest = at.UtcTicks;
    }

    /// <summary>Notes what the vendor was told and confirmed in this run, so that nobody looks up why it is missing in what was pulled.</summary>
    public void AddConfirmed(string list, IdentifierHash hash, DateTimeOffset at)
    {
        if (!Contains(list, hash))
            Add(list, hash, at);
    }

    public bool Contains(string list, IdentifierHash hash) => _lists.TryGetValue(list, out var entries) && entries.ContainsKey(hash.Value);

    /// <summary>Whether this is the one of its duplicates that counts; true once.</summary>
    public bool TryTake(string list, IdentifierHash hash, DateTimeOffset at)
    {
        ref var latest = ref CollectionsMarshal.GetValueRefOrNullRef(_lists[list], hash.Value);
        if (latest != at.UtcTicks)
            return false;
        latest = -latest; // Taken: no moment is negative.
        return true;
    }
}
