namespace OptOut.Vendors.Files;

/// <summary>
/// Splits a part of a file into complete lines. In every supported encoding a line feed is one byte and never part of another character.
/// </summary>
/// <param name="bytes">The part of the file.</param>
/// <param name="isFirst">Whether this is the start of the file, which may have a byte order mark.</param>
/// <param name="isLast">Whether this is the end of the file, so that the last line needs no line feed.</param>
internal sealed class ListLines(ReadOnlyMemory<byte> bytes, bool isFirst, bool isLast)
{
    private const byte LineFeed = (byte)'\n', CarriageReturn = (byte)'\r';

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The number of bytes in the lines returned so far.</summary>
    public int Read { get; private set; }

    /// <returns>The next line without its line ending; null when there is no complete line left.</returns>
    public ReadOnlyMemory<byte>? Next()
    {
        if (isFirst && Read == 0 && bytes.Span.StartsWith(ByteOrderMark))
            Read = ByteOrderMark.Length;
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
