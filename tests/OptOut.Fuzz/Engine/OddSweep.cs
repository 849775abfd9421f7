namespace OptOut.Fuzz.Engine;

/// <summary>
/// Every byte and every odd piece of text in turn, put into an input and nothing else changed: a parser that throws on one of them is found
/// without luck. Mutations change several places, and most of those inputs are refused before the parser looks at them.
/// </summary>
internal sealed class OddSweep(Randomness random, IReadOnlyList<byte[]> seeds, int maxLength)
{
    private const int Bytes = 256, ManyOneIn = 4;

    private static readonly byte[][] Odd =
        [.. Enumerable.Range(0, Bytes).Select(b => (byte[])[(byte)b]), .. OddText.Pieces.Where(p => p.Length > 1)];

    private int _next;

    /// <param name="known">An input that reached something new: used as often as the seeds.</param>
    public byte[] Next(byte[] known)
    {
        var odd = Odd[_next++ % Odd.Length];
        var input = seeds.Count == 0 || random.OneIn(2) ? known : random.Of(seeds);
        var words = Words(input);
        List<byte> bytes = [.. input];

        // In one word, or in some others too, so that each of many fields has its turn. From the end, so that places stay what they are.
        var (one, alone) = (random.Below(words.Count), random.OneIn(2));
        for (var i = words.Count - 1; i >= 0; i--)
        {
            if (i == one || (!alone && random.OneIn(ManyOneIn)))
                Put(bytes, words[i], odd);
        }

        if (words.Count == 0)
            bytes.AddRange(odd);
        return bytes.Count <= maxLength ? [.. bytes] : [.. bytes.Take(maxLength)];
    }

    // Before, in or after the word; in the place of a byte of it, or besides.
    private void Put(List<byte> bytes, (int Start, int Length) word, byte[] odd)
    {
        var at = word.Start + random.Below(3) switch { 0 => 0, 1 => word.Length, _ => random.Below(word.Length) };
        if (at < word.Start + word.Length && random.OneIn(2))
            bytes.RemoveAt(at);
        bytes.InsertRange(at, odd);
    }

    // Words have the same chance whatever their length: a name of three letters as much as a token of seventy.
    private static List<(int Start, int Length)> Words(byte[] input)
    {
        List<(int, int)> words = [];
        for (var at = 0; at < input.Length; at++)
        {
            var start = at;
            while (at < input.Length && (char.IsAsciiLetterOrDigit((char)input[at]) || input[at] >= 0x80))
                at++;
            if (at > start)
                words.Add((start, at - start));
        }

        return words;
    }
}
