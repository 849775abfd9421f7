using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A link on which the client receives. Tracks the credit and completes drains.</summary>
internal abstract class MessageSource(AmqpSession session, uint handle) : AmqpLink(session, handle)
{
    private uint _deliveryCount;

    /// <summary>The number of messages that the client still accepts.</summary>
    protected uint Credit { get; private set; }

    public override void OnFlow(Flow flow)
    {
        // The client may not have seen the latest deliveries yet, so compute the credit from its limit (delivery count + credit).
        var outstanding = (int)(flow.DeliveryCount + flow.LinkCredit - _deliveryCount);
        Credit = (uint)Math.Max(0, outstanding);
        OnCredit();
        if (flow.Drain)
        {
            // All ready messages are sent; drain consumes the remaining credit.
            _deliveryCount += Credit;
            Credit = 0;
            OnCredit();
        }

        if (flow.Drain || flow.Echo)
            Session.SendFlow(new Flow { Handle = Handle, DeliveryCount = _deliveryCount, LinkCredit = Credit, Drain = flow.Drain });
    }

    /// <summary>Settles a delivery with the client's outcome.</summary>
    /// <returns>The outcome to return to the client.</returns>
    public abstract DeliveryState Settle(Guid lockToken, DeliveryState? state);

    /// <summary>Called when the credit changed: send the ready messages, or stop.</summary>
    protected abstract void OnCredit();

    protected void Send(ReadOnlySpan<byte> message, Guid? lockToken)
    {
        _deliveryCount++;
        if (Credit > 0)
            Credit--;
        Session.SendMessage(this, message, lockToken);
    }
}
