using System.Buffers;
using Amqp;
using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A link on which the client sends. Assembles transfers into messages and answers each with an outcome.</summary>
internal abstract class MessageTarget(AmqpSession session, uint handle, uint initialDeliveryCount, int maxMessageBytes)
    : AmqpLink(session, handle)
{
    private const uint FullCredit = 1000;

    private uint _deliveryCount = initialDeliveryCount;
    private uint _credit;
    private ArrayBufferWriter<byte>? _parts;
    private Transfer? _first;
    private long _size;

    public override void OnAttached() => TopUp();

    public override void OnFlow(Flow flow)
    {
        if (flow.Echo)
            SendCredit();
    }

    public void OnTransfer(Transfer transfer, ReadOnlyMemory<byte> payload)
    {
        if (_first is null)
        {
            _first = transfer;
            _deliveryCount++;
            _credit--;
        }

        _size += payload.Length;
        if (transfer.More)
        {
            // The bytes of a message that is too large are counted but not stored.
            if (_size <= maxMessageBytes)
                (_parts ??= new ArrayBufferWriter<byte>()).Write(payload.Span);
            return;
        }

        if (_parts is not null && _size <= maxMessageBytes)
        {
            _parts.Write(payload.Span);
            payload = _parts.WrittenMemory;
        }

        var (first, size, aborted) = (_first, _size, transfer.Aborted);
        (_first, _size, _parts) = (null, 0, null);
        if (!aborted)
            Answer(first, size, payload);
        TopUp();
    }

    /// <summary>Accepts a complete message.</summary>
    /// <exception cref="AmqpException">The message is refused; the exception contains the reason.</exception>
    protected abstract void Accept(ReadOnlyMemory<byte> message, uint format);

    private void Answer(Transfer first, long size, ReadOnlyMemory<byte> message)
    {
        DeliveryState outcome;
        try
        {
            if (size > maxMessageBytes)
            {
                throw new AmqpException(
                    ErrorCode.MessageSizeExceeded,
                    $"The message has {size} bytes; the limit is {maxMessageBytes}.");
            }

            Accept(message, first.MessageFormat);
            outcome = new Accepted();
        }
        catch (AmqpException refusal)
        {
            outcome = new Rejected { Error = refusal.Error };
        }
        catch (IOException problem)
        {
            // The message is not durable, so do not report success. The client treats an internal error as transient and retries.
            outcome = new Rejected { Error = new Error(ErrorCode.InternalError) { Description = problem.Message } };
        }

        if (!first.Settled)
            Session.Send(new Dispose { Role = true, First = first.DeliveryId, Settled = true, State = outcome });
    }

    private void TopUp()
    {
        if (_credit > FullCredit / 2)
            return;
        _credit = FullCredit;
        SendCredit();
    }

    private void SendCredit() => Session.SendFlow(new Flow { Handle = Handle, DeliveryCount = _deliveryCount, LinkCredit = _credit });
}
