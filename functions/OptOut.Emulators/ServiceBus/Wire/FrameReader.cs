using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Amqp;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A received frame; without a performative, a heartbeat.</summary>
internal readonly record struct Frame(ushort Channel, object? Performative, ReadOnlyMemory<byte> Payload);

/// <summary>Splits the incoming bytes into protocol headers and frames.</summary>
internal sealed class FrameReader(Stream stream)
{
    /// <summary>The largest frame either side may send, as announced when the connection opens.</summary>
    public const int MaxFrameBytes = 65536;

    private const int HeaderBytes = 8;

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: MaxFrameBytes));

    /// <summary>The next eight bytes; null if the peer closed the connection.</summary>
    public async Task<byte[]?> ReadProtocolHeaderAsync(CancellationToken cancellationToken) =>
        await ReadAsync(HeaderBytes, cancellationToken);

    /// <summary>The next frame; null if the peer closed the connection.</summary>
    /// <exception cref="AmqpException">The bytes are not a frame.</exception>
    public async Task<Frame?> ReadFrameAsync(CancellationToken cancellationToken)
    {
        var header = await ReadAsync(HeaderBytes, cancellationToken);
        if (header is null)
            return null;
        var size = BinaryPrimitives.ReadInt32BigEndian(header);
        var bodyStart = header[4] * 4;
        if (size > MaxFrameBytes || bodyStart < HeaderBytes || size < bodyStart)
            throw new AmqpException(ErrorCode.FramingError, $"A frame of {size} bytes is not valid.");
        var body = await ReadAsync(size - HeaderBytes, cancellationToken);
        if (body is null)
            return null;
        var extended = bodyStart - HeaderBytes;
        var channel = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6));
        return body.Length == extended ? new Frame(channel, Performative: null, default) : Decode(channel, body, extended);
    }

    private static Frame Decode(ushort channel, byte[] body, int start)
    {
        var buffer = new ByteBuffer(body, start, body.Length - start, body.Length - start);
        var performative = AmqpDecoder.Read(buffer);
        return new Frame(channel, performative, body.AsMemory(buffer.Offset));
    }

    private async ValueTask<byte[]?> ReadAsync(int count, CancellationToken cancellationToken)
    {
        if (count == 0)
            return [];
        var result = await _pipe.ReadAtLeastAsync(count, cancellationToken);
        if (result.Buffer.Length < count)
            return null;
        var bytes = result.Buffer.Slice(0, count);
        var copy = bytes.ToArray();
        _pipe.AdvanceTo(bytes.End);
        return copy;
    }
}
