using System.Text;

namespace OptOut.Mailto;

/// <summary>A header section and what follows its empty line: a mail, a part of one (RFC 2045 section 3), or a field of a form (RFC 7578).</summary>
internal readonly record struct MimePart(MailHeaders Headers, ReadOnlyMemory<byte> Body)
{
    // RFC 2046 section 5.1.1 gives a boundary 70 characters.
    private const int MaxBoundary = 200;

    public static MimePart Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        for (var start = 0; start < span.Length;)
        {
            var line = span[start..];
            var end = line.IndexOf((byte)'\n');
            if (end < 0)
                break;
            if (line[..end].TrimEnd((byte)'\r').IsEmpty)
                return new MimePart(MailHeaders.Parse(MailCharset.Decode(span[..start], null)), bytes[(start + end + 1)..]);
            start += end + 1;
        }

        return new MimePart(MailHeaders.Parse(MailCharset.Decode(span, null)), default);
    }

    /// <summary>
    /// Splits a multipart body at its delimiter lines. Line ends may be bare line feeds; a closing delimiter that never comes is the end of the
    /// body, so that a mail cut short keeps what arrived.
    /// </summary>
    public static IEnumerable<MimePart> Split(ReadOnlyMemory<byte> body, string? boundary)
    {
        if (boundary is not { Length: > 0 and <= MaxBoundary })
            yield break;
        var delimiter = Encoding.Latin1.GetBytes($"--{boundary}");
        var (from, closing) = Next(body.Span, delimiter, 0) is { } first ? (first.After, first.IsClosing) : (-1, true);
        while (from >= 0 && !closing)
        {
            if (Next(body.Span, delimiter, from) is not { } next)
            {
                yield return Read(body[from..]);
                yield break;
            }

            // The line end before a delimiter belongs to the delimiter.
            var part = body[from..Math.Max(from, next.Start)];
            yield return Read(part.Span.EndsWith("\r\n"u8) ? part[..^2] : part.Span.EndsWith("\n"u8) ? part[..^1] : part);
            (from, closing) = (next.After, next.IsClosing);
        }
    }

    private static (int Start, int After, bool IsClosing)? Next(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, int from)
    {
        while (from < body.Length && body[from..].IndexOf(delimiter) is var found and >= 0)
        {
            var start = from + found;
            var rest = body[(start + delimiter.Length)..];
            var end = rest.IndexOf((byte)'\n');
            var tail = (end < 0 ? rest : rest[..end]).TrimEnd(" \t\r"u8);
            if ((start == 0 || body[start - 1] == (byte)'\n') && (tail.IsEmpty || tail.SequenceEqual("--"u8)))
                return (start, end < 0 ? body.Length : start + delimiter.Length + end + 1, !tail.IsEmpty);
            from = start + delimiter.Length;
        }

        return null;
    }
}
