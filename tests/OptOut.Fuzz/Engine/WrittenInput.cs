using System.IO.Compression;

namespace OptOut.Fuzz.Engine;

/// <summary>An input as a word for a command line: base64, if it is long of the compressed bytes. Long inputs repeat themselves.</summary>
internal static class WrittenInput
{
    private const string Compressed = "br:";
    private const int Long = 300;

    public static string Write(byte[] input)
    {
        if (input.Length <= Long)
            return Convert.ToBase64String(input);
        using var small = new MemoryStream();
        using (var brotli = new BrotliStream(small, CompressionLevel.SmallestSize))
            brotli.Write(input);
        return Compressed + Convert.ToBase64String(small.ToArray());
    }

    public static byte[] Read(string written)
    {
        if (!written.StartsWith(Compressed, StringComparison.Ordinal))
            return Convert.FromBase64String(written);
        using var input = new MemoryStream();
        using var brotli = new BrotliStream(
            new MemoryStream(Convert.FromBase64String(written[Compressed.Length..])), CompressionMode.Decompress);
        brotli.CopyTo(input);
        return input.ToArray();
    }
}
