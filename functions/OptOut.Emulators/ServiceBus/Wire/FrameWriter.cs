using Amqp;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>
/// Encodes frames into memory and sends them from one loop. Writing never blocks, so it may be called under the broker's gate. Frames
/// that are written during a send go out together in the next send.
/// </summary>
internal sealed class FrameWriter(Stream stream) : IDisposable
{
    public const byte AmqpFrame = 0;
    public const byte SaslFrame = 1;
    private const int FrameHeaderBytes = 8;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private ByteBuffer _pending = new(4096, autoGrow: true);
    private ByteBuffer _sending = new(4096, autoGrow: true);
    private bool _completed;

    /// <summary>Queues a frame; without a performative, the empty frame that keeps a connection alive.</summary>
    public void Write(byte type, ushort channel, Described? performative, ReadOnlySpan<byte> payload = default)
    {
        lock (_gate)
        {
            if (_completed)
                return;
            var start = _pending.WritePos;
            AmqpBitConverter.WriteInt(_pending, 0);
            AmqpBitConverter.WriteUByte(_pending, FrameHeaderBytes / 4);
            AmqpBitConverter.WriteUByte(_pending, type);
            AmqpBitConverter.WriteUShort(_pending, channel);
            performative?.Encode(_pending);
            Append(payload);
            AmqpBitConverter.WriteInt(_pending.Buffer, start, _pending.WritePos - start);
            Wake(start);
        }
    }

    /// <summary>Queues bytes that are not a frame, such as a protocol header.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var start = _pending.WritePos;
            Append(bytes);
            Wake(start);
        }
    }

    /// <summary>Ends writing; <see cref="RunAsync"/> returns when all queued bytes are sent.</summary>
    public void Complete()
    {
        lock (_gate)
            _completed = true;
        _wake.Release();
    }

    /// <exception cref="IOException">The peer closed the connection.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            await _wake.WaitAsync();
            bool last;
            lock (_gate)
            {
                (_pending, _sending) = (_sending, _pending);
                last = _completed;
            }

            if (_sending.Length > 0)
                await stream.WriteAsync(_sending.Buffer.AsMemory(_sending.Offset, _sending.Length));
            _sending.Reset();
            if (last)
                return;
        }
    }

    public void Dispose() => _wake.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _pending.ValidateWrite(bytes.Length);
        bytes.CopyTo(_pending.Buffer.AsSpan(_pending.WritePos));
        _pending.Append(bytes.Length);
    }

    // Only the first write to an empty buffer wakes the loop, which then sends the whole buffer.
    private void Wake(int startOfWrite)
    {
        if (startOfWrite == _pending.Offset)
            _wake.Release();
    }
}
