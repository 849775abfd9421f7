using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>Changes an input at random: a few small changes, on top of each other.</summary>
/// <param name="random">Chooses.</param>
/// <param name="words">The target's own words, to be inserted whole.</param>
/// <param name="maxLength">The largest input, in bytes.</param>
internal sealed class Mutator(Randomness random, IReadOnlyList<byte[]> words, int maxLength)
{
    private const int MaxStacked = 4, AmplifiedOneIn = 40;

    /// <param name="input">The input to start from.</param>
    /// <param name="other">Another input, of which a part may be taken.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        if (random.OneIn(AmplifiedOneIn))
        {
            Amplify(bytes);
        }
        else
        {
            for (var changes = 1 + random.Below(MaxStacked); changes > 0; changes--)
                Change(bytes, other);
        }

        if (bytes.Count > maxLength)
            bytes.RemoveRange(maxLength, bytes.Count - maxLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        switch (random.Below(18))
        {
            case 0: Flip(bytes); break;
            case 1: Overwrite(bytes, [random.Byte()]); break;
            case 2: Overwrite(bytes, [random.Of(OddText.Bytes)]); break;
            case 3: Insert(bytes, [random.Of(OddText.Bytes)]); break;
            case 4: Remove(bytes); break;
            case 5: Insert(bytes, Copy(bytes)); break;
            case 6: Overwrite(bytes, Copy(bytes)); break;
            case 7 or 8 or 9: Insert(bytes, Word()); break;
            case 10: Overwrite(bytes, Word()); break;
            case 11: Insert(bytes, Copy(other)); break;
            case 12: Insert(bytes, random.Of(OddText.Pieces)); break;
            case 13: Splice(bytes, other); break;
            case 14: Number(bytes); break;
            case 15: StructuralMutations.Items(bytes, random); break;
            case 16: StructuralMutations.Nest(bytes, random); break;
            default: StructuralMutations.Encode(bytes, random); break;
        }
    }

    // A parser that takes the square of its input shows it only on a long one: a short part, very often.
    private void Amplify(List<byte> bytes)
    {
        var part = random.OneIn(2) ? Word() : Copy(bytes);
        if (part.Length == 0)
            part = [random.Of(OddText.Bytes)];
        var room = random.Below(3) switch { 0 => maxLength, 1 => maxLength / 8, _ => maxLength / 64 } - bytes.Count;
        if (room < part.Length)
            return;
        var many = new byte[room / part.Length * part.Length];
        for (var at = 0; at < many.Length; at += part.Length)
            part.CopyTo(many, at);
        bytes.InsertRange(random.Below(bytes.Count + 1), many);
    }

    private void Flip(List<byte> bytes)
    {
        if (bytes.Count > 0)
            bytes[random.Below(bytes.Count)] ^= (byte)(1 << random.Below(8));
    }

    private void Overwrite(List<byte> bytes, byte[] with)
    {
        var at = random.Below(bytes.Count + 1);
        bytes.RemoveRange(at, Math.Min(with.Length, bytes.Count - at));
        bytes.InsertRange(at, with);
    }

    private void Insert(List<byte> bytes, byte[] what) => bytes.InsertRange(random.Below(bytes.Count + 1), what);

    private void Remove(List<byte> bytes)
    {
        var (start, length) = random.Part(bytes.Count);
        bytes.RemoveRange(start, length);
    }

    private byte[] Word() => words.Count == 0 || random.OneIn(4) ? random.Of(OddText.Pieces) : random.Of(words);

    private byte[] Copy(IReadOnlyList<byte> from)
    {
        var (start, length) = random.Part(from.Count);
        return [.. from.Skip(start).Take(Math.Min(length, 4096))];
    }

    private void Splice(List<byte> bytes, byte[] other)
    {
        var at = random.Below(bytes.Count + 1);
        bytes.RemoveRange(at, bytes.Count - at);
        bytes.AddRange(other.AsSpan(random.Below(other.Length + 1)));
    }

    private void Number(List<byte> bytes)
    {
        var at = random.Below(bytes.Count);
        while (at < bytes.Count && !char.IsAsciiDigit((char)bytes[at]))
            at++;
        var end = at;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end]))
            end++;
        if (end == at)
            return;
        bytes.RemoveRange(at, end - at);
        bytes.InsertRange(at, Encoding.ASCII.GetBytes(random.Of(OddText.Numbers)));
    }
}
