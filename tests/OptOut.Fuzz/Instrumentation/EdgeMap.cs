using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace OptOut.Fuzz.Instrumentation;

/// <summary>
/// Which branches of the instrumented code an input took, and about how often. The code writes to <see cref="Trace.SharedMem"/>: normally
/// the memory that afl shares with a program, here a buffer of our own.
/// </summary>
internal sealed unsafe class EdgeMap
{
    private const int Size = 64 * 1024;

    // As afl: once, twice, three times, 4-7, 8-15, 16-31, 32-127, more. So a loop that runs longer is something new, up to a point.
    private static readonly byte[] Buckets =
        [.. Enumerable.Range(0, 256).Select(n => Bucket((byte)n))];

    // For the life of the process: a run that goes on in another thread may still write to it.
    private readonly byte* _current = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    public EdgeMap() => Attach();

    /// <summary>How many branches were taken so far.</summary>
    public int Edges { get; private set; }

    /// <summary>Makes this map the one that is written to. Code that runs before the first map would write to no memory at all.</summary>
    public void Attach() => Trace.SharedMem = _current;

    public void Clear()
    {
        Trace.PrevLocation = 0;
        new Span<byte>(_current, Size).Clear();
    }

    /// <returns>Whether the input since <see cref="Clear"/> did something that none did before.</returns>
    public bool Collect()
    {
        var found = false;
        var words = (ulong*)_current;
        for (var word = 0; word < Size / sizeof(ulong); word++)
        {
            if (words[word] == 0)
                continue;
            for (var i = word * sizeof(ulong); i < (word + 1) * sizeof(ulong); i++)
            {
                var bucket = Buckets[_current[i]];
                if ((bucket & ~_seen[i]) == 0)
                    continue;
                Edges += _seen[i] == 0 ? 1 : 0;
                _seen[i] |= bucket;
                found = true;
            }
        }

        return found;
    }

    private static byte Bucket(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
