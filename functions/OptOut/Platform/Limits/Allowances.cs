namespace OptOut.Platform.Limits;

/// <summary>
/// Who has asked how much, in memory that never grows: a table of <see cref="Capacity"/> entries in sets of eight, made once.
/// </summary>
/// <remarks>
/// An entry is one moment: when everything asked so far will have been paid for, at one ask an interval. Whoever is further ahead of now than the
/// allowance reaches must wait. A full set gives up the entry that is nearest to being paid for. So a flood of strangers pushes out other
/// strangers, whoever has asked a great deal stays known, and the worst that a flood does to anybody else is to have them let through.
/// <para>
/// A <c>PartitionedRateLimiter</c> (System.Threading.RateLimiting 10.0) has no such bound. Measured: a partition takes 288 bytes with a token
/// bucket and 366 with a sliding window, so the million /64 networks of one IPv6 /44 take 275 or 349 MiB. A partition is removed only ten
/// seconds after its limit is whole again: under a limit of ten an hour, 10,000 new keys a second added 166 MiB in a minute, and nothing was
/// released. Nor does it take a <see cref="TimeProvider"/>.
/// </para>
/// </remarks>
internal sealed class Allowances
{
    /// <summary>65,536 entries of 16 bytes: one mebibyte.</summary>
    public const int Capacity = Sets * Ways;

    private const int Sets = 8192, Ways = 8, Stripes = 64;

    private readonly Entry[] _entries = new Entry[Capacity];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];

    /// <param name="key">A hash that the asker cannot choose. Two askers with the same 64 bits count as one.</param>
    /// <param name="now">Now.</param>
    /// <param name="interval">Time for one ask.</param>
    /// <param name="window">Time for as many asks as may come at once.</param>
    /// <param name="take">Whether to count it, when there is room.</param>
    /// <param name="wait">Zero, or how long until there is room again.</param>
    /// <returns>Whether there is room.</returns>
    public bool TryTake(ulong key, DateTimeOffset now, TimeSpan interval, TimeSpan window, bool take, out TimeSpan wait)
    {
        var set = (int)(key % Sets);
        lock (_locks[set % Stripes])
        {
            var entries = _entries.AsSpan(set * Ways, Ways);
            ref var entry = ref Find(entries, key);
            var paidFor = entry.Key == key ? Math.Max(entry.PaidFor, now.UtcTicks) : now.UtcTicks;
            var then = paidFor + interval.Ticks;
            wait = TimeSpan.FromTicks(Math.Max(0, then - now.UtcTicks - window.Ticks));
            if (wait > TimeSpan.Zero)
                return false;
            if (take)
                entry = new Entry(key, then);
            return true;
        }
    }

    private static ref Entry Find(Span<Entry> entries, ulong key)
    {
        ref var least = ref entries[0];
        foreach (ref var entry in entries)
        {
            if (entry.Key == key)
                return ref entry;
            if (entry.PaidFor < least.PaidFor)
                least = ref entry;
        }

        return ref least;
    }

    private readonly record struct Entry(ulong Key, long PaidFor);
}
