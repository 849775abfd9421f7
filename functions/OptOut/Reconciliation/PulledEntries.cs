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
    private readonly HashSet<(string List, IdentifierHash Hash)> _confirmed = [];

    public void Add(string list, IdentifierHash hash, DateTimeOffset at)
    {
        ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, list, out _);
        entries ??= [];
        ref var latest = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, hash.Value, out var known);
        if (!known || at.UtcTicks > latest)
            latest = at.UtcTicks;
    }

    /// <summary>
    /// Notes what the vendor has confirmed since. Only saves looking it up: after an interruption, the subjects' rows tell the same.
    /// </summary>
    public void AddConfirmed(string list, IdentifierHash hash) => _confirmed.Add((list, hash));

    public bool IsConfirmed(string list, IdentifierHash hash) => _confirmed.Contains((list, hash));

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
