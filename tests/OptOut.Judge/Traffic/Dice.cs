namespace OptOut.Judge;

/// <summary>
/// Random choices that a printed seed repeats (SplitMix64, https://prng.di.unimi.it/splitmix64.c). Not for secrets. Each worker has its
/// own, because the order in which workers run is not repeated.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public int Below(int end) => (int)(Next() % (ulong)end);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
