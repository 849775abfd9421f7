namespace OptOut.Fuzz.Engine;

/// <summary>
/// A seeded generator (SplitMix64): the same seed gives the same inputs on every machine and version of .NET, which
/// <see cref="System.Random"/> does not promise.
/// </summary>
internal sealed class Randomness(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <returns>0 to <paramref name="count"/> - 1; 0 if there is nothing to choose from.</returns>
    public int Below(int count) => count <= 1 ? 0 : (int)(Next() % (ulong)count);

    public bool OneIn(int count) => Below(count) == 0;

    public byte Byte() => (byte)Next();

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A part of a text with so many bytes: mostly a short one.</summary>
    public (int Start, int Length) Part(int length)
    {
        if (length == 0)
            return (0, 0);
        var start = Below(length);
        var most = length - start;
        return (start, 1 + Below(OneIn(4) ? most : Math.Min(most, 8)));
    }

    /// <summary>A seed of its own for each name, so that a target gets the same inputs alone and among others.</summary>
    public static Randomness For(ulong seed, string name)
    {
        var hash = 14695981039346656037;
        foreach (var c in name)
            hash = (hash ^ c) * 1099511628211;
        return new Randomness(seed ^ hash);
    }
}
