using System.Runtime.InteropServices;

namespace OptOut.Replies.Mail;

/// <summary>
/// The stream that MimeKit reads: a prefix, then the bytes, not copied. It ends early when header sections are too long: MimeKit grows its
/// header buffer one block at a time, which takes time quadratic in a header's length.
/// </summary>
internal sealed class MimeInput(byte[] prefix, ReadOnlyMemory<byte> bytes)
    : MemoryStream(Segment(bytes).Array!, Segment(bytes).Offset, bytes.Length, writable: false)
{
    /// <summary>The limit in bytes, for all header sections together.</summary>
    public const int MaxHeaders = 256 * 1024;

    private int _prefixRead;
    private long _earlierHeaders;
    private long? _headersBegin;

    public int PrefixLength => prefix.Length;

    public bool IsCut { get; private set; }

    public void BeginHeaders(long offset) => _headersBegin = offset;

    public void EndHeaders(long offset) =>
        (_earlierHeaders, _headersBegin) = (_earlierHeaders + offset - _headersBegin.GetValueOrDefault(), null);

    public void Cut() => IsCut = true;

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_prefixRead < prefix.Length)
        {
            var head = prefix.AsSpan(_prefixRead, Math.Min(count, prefix.Length - _prefixRead));
            head.CopyTo(buffer.AsSpan(offset));
            _prefixRead += head.Length;
            return head.Length;
        }

        IsCut |= _headersBegin is { } begin && _earlierHeaders + prefix.Length + Position - begin > MaxHeaders;
        if (IsCut)
            return 0;
        var read = base.Read(buffer, offset, count);

        // MimeKit caches every charset name it finds for the life of the process, unknown ones too. A name is followed by an apostrophe
        // (RFC 2231) or a question mark (RFC 2047): without those it finds none. Values that matter are read from the original bytes.
        buffer.AsSpan(offset, read).Replace((byte)'?', (byte)'_');
        buffer.AsSpan(offset, read).Replace((byte)'\'', (byte)'_');
        return read;
    }

    public static ArraySegment<byte> Segment(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is not null ? segment : new ArraySegment<byte>([]);
}
