using Amqp;
using Amqp.Framing;
using Amqp.Types;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>One session: its links, its transfer ids, and its unsettled deliveries. Guarded by the broker's gate.</summary>
internal sealed class AmqpSession
{
    // Flow control uses link credit. The session windows are large enough never to limit a sender.
    private const uint Window = int.MaxValue;

    private readonly AmqpConnection _connection;
    private readonly ushort _channel;
    private readonly Broker _broker;
    private readonly Dictionary<uint, AmqpLink> _links = [];
    private readonly Dictionary<uint, UnsettledDelivery> _unsettled = [];
    private uint _nextIncomingId;
    private uint _nextOutgoingId;
    private uint _nextDeliveryId;

    private readonly record struct UnsettledDelivery(MessageSource Source, Guid LockToken);

    public AmqpSession(AmqpConnection connection, ushort channel, Broker broker, Begin begin)
    {
        _connection = connection;
        _channel = channel;
        _broker = broker;
        _nextIncomingId = begin.NextOutgoingId;
        Send(new Begin
        {
            RemoteChannel = channel,
            NextOutgoingId = 0,
            IncomingWindow = Window,
            OutgoingWindow = Window,
            HandleMax = Math.Min(begin.HandleMax, 255),
        });
    }

    public AmqpConnection Connection => _connection;

    public void Handle(object performative, ReadOnlyMemory<byte> payload)
    {
        switch (performative)
        {
            case Attach attach: OnAttach(attach); break;
            case Flow flow when flow.HasHandle: LinkAt(flow.Handle)?.OnFlow(flow); break;
            case Flow: break;
            case Transfer transfer:
                _nextIncomingId++;
                (LinkAt(transfer.Handle) as MessageTarget)?.OnTransfer(transfer, payload);
                break;
            case Dispose disposition when disposition.Role: OnDisposition(disposition); break;
            case Dispose: break;
            case Detach detach: OnDetach(detach); break;
            default: throw new AmqpException(ErrorCode.NotAllowed, $"{performative} is not expected in a session.");
        }
    }

    /// <summary>Detaches all links, whether or not the peer detached them. Their locks remain until they expire.</summary>
    public void End()
    {
        foreach (var link in _links.Values)
            link.OnDetached();
        _links.Clear();
        _unsettled.Clear();
    }

    public void Send(Described performative, ReadOnlySpan<byte> payload = default) => _connection.Send(_channel, performative, payload);

    /// <summary>Sends a flow with the session's transfer ids and windows filled in.</summary>
    public void SendFlow(Flow flow)
    {
        flow.NextIncomingId = _nextIncomingId;
        flow.IncomingWindow = Window;
        flow.NextOutgoingId = _nextOutgoingId;
        flow.OutgoingWindow = Window;
        Send(flow);
    }

    /// <summary>Sends one message, split into frames as needed.</summary>
    /// <param name="lockToken">The delivery tag; null for a message that is sent settled.</param>
    public void SendMessage(MessageSource source, ReadOnlySpan<byte> message, Guid? lockToken)
    {
        // The space in a frame for the payload, without the frame header and the transfer.
        var chunk = _connection.MaxFrameBytes - 128;
        var deliveryId = _nextDeliveryId++;
        var tag = lockToken?.ToByteArray() ?? BitConverter.GetBytes(deliveryId);
        if (lockToken is { } token)
            _unsettled.Add(deliveryId, new UnsettledDelivery(source, token));
        var first = true;
        do
        {
            var part = message[..Math.Min(chunk, message.Length)];
            message = message[part.Length..];
            var transfer = new Transfer { Handle = source.Handle, More = message.Length > 0 };
            if (first)
            {
                transfer.DeliveryId = deliveryId;
                transfer.DeliveryTag = tag;
                transfer.MessageFormat = 0;
                transfer.Settled = lockToken is null;
            }

            first = false;
            _nextOutgoingId++;
            Send(transfer, part);
        }
        while (message.Length > 0);
    }

    private AmqpLink? LinkAt(uint handle) => _links.GetValueOrDefault(handle);

    private void OnAttach(Attach attach)
    {
        try
        {
            if (_links.ContainsKey(attach.Handle))
                throw new AmqpException(ErrorCode.HandleInUse, $"Handle {attach.Handle} is in use.");
            var link = LinkFactory.Create(this, attach, _broker);
            _links.Add(attach.Handle, link);
            Send(Reply(attach, link));
            link.OnAttached();
        }
        catch (AmqpException refusal)
        {
            // AMQP 1.0, 2.6.3: a refused attach is answered with an attach without a terminus, then a detach with the error.
            Send(new Attach { LinkName = attach.LinkName, Handle = attach.Handle, Role = !attach.Role, InitialDeliveryCount = 0 });
            Send(new Detach { Handle = attach.Handle, Closed = true, Error = refusal.Error });
        }
    }

    private Attach Reply(Attach attach, AmqpLink link)
    {
        var reply = new Attach
        {
            LinkName = attach.LinkName,
            Handle = attach.Handle,
            Role = !attach.Role,
            SndSettleMode = attach.SndSettleMode,
            RcvSettleMode = attach.RcvSettleMode,
            Source = attach.Source,
            Target = attach.Target,
        };
        if (link is MessageTarget)
            reply.MaxMessageSize = (ulong)_broker.MaxMessageBytes;
        else
            reply.InitialDeliveryCount = 0;
        return reply;
    }

    private void OnDetach(Detach detach)
    {
        // A refused link was never added. The peer still sends its detach, which was already answered.
        if (!_links.Remove(detach.Handle, out var link))
            return;
        link.OnDetached();
        foreach (var (id, _) in _unsettled.Where(delivery => delivery.Value.Source == link).ToList())
            _unsettled.Remove(id);
        Send(new Detach { Handle = detach.Handle, Closed = detach.Closed });
    }

    private void OnDisposition(Dispose disposition)
    {
        var last = disposition.HasField(2) ? disposition.Last : disposition.First;
        for (var id = disposition.First; id - disposition.First <= last - disposition.First && id < _nextDeliveryId; id++)
        {
            if (!_unsettled.Remove(id, out var delivery))
                continue;
            var outcome = delivery.Source.Settle(delivery.LockToken, disposition.State);
            if (!disposition.Settled)
                Send(new Dispose { Role = false, First = id, Settled = true, State = outcome });
        }
    }
}
