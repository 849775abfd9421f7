using Amqp;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>
/// Encodes frames into memory and sends them from one loop. Writing never waits, so it may be done under the broker's
/// gate; what piles up while a send is under way goes out together in the next.
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

    /// <summary>Queues a frame. Without a performative it is the empty frame that keeps a connection alive.</summary>
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

    /// <summary>Queues bytes that are not a frame: a protocol header.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var start = _pending.WritePos;
            Append(bytes);
            Wake(start);
        }
    }

    /// <summary>Nothing more will be written; <see cref="RunAsync"/> ends when what was written is sent.</summary>
    public void Complete()
    {
        lock (_gate)
            _completed = true;
        _wake.Release();
    }

    /// <exception cref="IOException">The peer is gone.</exception>
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

    // Only the first write into an empty buffer wakes the loop: it takes everything at once.
    private void Wake(int startOfWrite)
    {
        if (startOfWrite == _pending.Offset)
            _wake.Release();
    }
}
