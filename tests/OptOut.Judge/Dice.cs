namespace OptOut.Judge;

/// <summary>
/// Random numbers from a seed (SplitMix64), the same on every version of .NET. Unlike everywhere else in the repository they must be
/// reproducible, so they do not come from RandomNumberGenerator. Not for secrets, and not for several threads at once: each worker has its
/// own, because the order in which workers run is not repeated.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to 1, without 1.</summary>
    public double Share() => (Next() >> 11) / (double)(1UL << 53);

    public double Between(double from, double to) => from + (to - from) * Share();

    public int Below(int count) => (int)(Next() % (ulong)count);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> of) => of[Below(of.Count)];

    public TimeSpan Seconds(double from, double to) => TimeSpan.FromMilliseconds(Math.Round(1000 * Between(from, to)));

    /// <summary>Picks by weight.</summary>
    public T Pick<T>(IReadOnlyList<(T Item, int Weight)> of)
    {
        var at = Below(of.Sum(o => o.Weight));
        return of.First(o => (at -= o.Weight) < 0).Item;
    }
}
