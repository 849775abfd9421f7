using System.Text;
using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;

namespace OptOut.Tests.Fuzz;

/// <summary>The inputs that the fuzzer makes, and how a finding writes them.</summary>
public sealed class FuzzInputTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(60_000)]
    public void What_a_finding_prints_is_read_back_and_short(int length)
    {
        byte[] input = [.. Enumerable.Repeat((byte)' ', length), 0xFF];

        var written = WrittenInput.Write(input);

        Assert.Equal(input, WrittenInput.Read(written));
        Assert.InRange(written.Length, 1, 100);
    }

    [Fact]
    public void Every_byte_and_odd_piece_of_text_comes_in_turn_and_the_rest_of_the_seed_stays()
    {
        var seed = "choice=stop&lang=nl"u8.ToArray();
        var sweep = new OddSweep(new Randomness(1), [seed], maxLength: 100);

        var inputs = Enumerable.Range(0, 256 + OddText.Pieces.Length).Select(_ => sweep.Next(seed)).ToList();

        Assert.All(Enumerable.Range(0, 256), b => Assert.Contains(inputs, input => input.Contains((byte)b)));
        Assert.All(inputs, input => Assert.InRange(input.Length, seed.Length - 4, 100));
        Assert.Contains(inputs, input => Encoding.UTF8.GetString(input).Contains('\u2028', StringComparison.Ordinal));
        Assert.InRange(inputs.Distinct(new SameBytes()).Count(), inputs.Count / 2, inputs.Count);
    }

    [Fact]
    public void More_headers_than_Kestrel_takes_are_no_request()
    {
        Assert.NotNull(RawRequest.Read(Request(99)));
        Assert.Null(RawRequest.Read(Request(100)));

        static byte[] Request(int headers) =>
            Encoding.ASCII.GetBytes("GET /\n" + string.Join('\n', Enumerable.Repeat("x: y", headers)) + "\n\n");
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
