using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>Changes that keep an input nearly well formed: whole lines, fields and brackets.</summary>
internal static class StructuralMutations
{
    private static readonly byte[] Separators = [(byte)'\n', (byte)'&', (byte)',', (byte)';', (byte)'/', (byte)' '];

    private static readonly (string Open, string Close)[] Brackets =
    [
        ("[", "]"), ("{\"a\":", "}"), ("(", ")"), ("\"", "\""), ("<", ">"), ("=?utf-8?q?", "?="), ("\r\n--x\r\n", "\r\n--x--\r\n"),
    ];

    /// <summary>Repeats, removes or moves one item of a list of lines, fields or words.</summary>
    public static void Items(List<byte> bytes, Randomness random)
    {
        var separator = random.Of(Separators);
        int[] cuts = [-1, .. bytes.Index().Where(b => b.Item == separator).Select(b => b.Index), bytes.Count];
        var item = random.Below(cuts.Length - 1);
        var (start, length) = (cuts[item] + 1, cuts[item + 1] - cuts[item] - 1);
        byte[] copy = [.. bytes.Skip(start).Take(Math.Min(length, 8192)), separator];
        if (!random.OneIn(3))
        {
            bytes.InsertRange(cuts[random.Below(cuts.Length - 1)] + 1, copy);
            return;
        }

        bytes.RemoveRange(start, Math.Min(length + 1, bytes.Count - start));
        if (random.OneIn(2))
            bytes.AddRange([separator, .. copy[..^1]]);
    }

    /// <summary>Puts a part into brackets, many deep at times.</summary>
    public static void Nest(List<byte> bytes, Randomness random)
    {
        var (open, close) = random.Of(Brackets);
        var depth = random.OneIn(4) ? 1 + random.Below(200) : 1;
        var (start, length) = random.Part(bytes.Count);
        bytes.InsertRange(start + length, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(close, depth))));
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth))));
    }

    /// <summary>Writes a byte in another way: percent-encoded, as a JSON escape, or in the other case.</summary>
    public static void Encode(List<byte> bytes, Randomness random)
    {
        if (bytes.Count == 0)
            return;
        var at = random.Below(bytes.Count);
        var b = bytes[at];
        bytes.RemoveAt(at);
        bytes.InsertRange(at, random.Below(4) switch
        {
            0 => Encoding.ASCII.GetBytes($"%{b:X2}"),
            1 => Encoding.ASCII.GetBytes($"\\u00{b:x2}"),
            2 => Encoding.ASCII.GetBytes($"={b:X2}"),
            _ => [(byte)(char.IsAsciiLetter((char)b) ? b ^ 0x20 : b)],
        });
    }
}
