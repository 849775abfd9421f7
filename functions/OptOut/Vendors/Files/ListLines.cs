namespace OptOut.Vendors.Files;

/// <summary>The whole lines of a piece of a file. In every encoding that a list may have, a line feed is one byte and no part of another character.</summary>
/// <param name="bytes">The piece.</param>
/// <param name="isFirst">Whether the file begins here, perhaps with a byte order mark.</param>
/// <param name="isLast">Whether the file ends here, so that what no line feed ends is a line too.</param>
internal sealed class ListLines(ReadOnlyMemory<byte> bytes, bool isFirst, bool isLast)
{
    private const byte LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>How many bytes the lines given out took.</summary>
    public int Read { get; private set; }

    /// <returns>The next line without its end; null when there is no whole one.</returns>
    public ReadOnlyMemory<byte>? Next()
    {
        if (isFirst && Read == 0 && bytes.Span.StartsWith(Mark))
            Read = Mark.Length;
        if (Read >= bytes.Length)
            return null;

        var rest = bytes[Read..];
        var end = rest.Span.IndexOf(LineFeed);
        if (end < 0 && !isLast)
            return null;
        var line = end < 0 ? rest : rest[..end];
        Read += end < 0 ? rest.Length : end + 1;
        return line.Span.EndsWith([CarriageReturn]) ? line[..^1] : line;
    }
}
