using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A link on which the client receives. Keeps its credit, and completes drains.</summary>
internal abstract class MessageSource(AmqpSession session, uint handle) : AmqpLink(session, handle)
{
    private uint _deliveryCount;

    /// <summary>How many more messages the client takes.</summary>
    protected uint Credit { get; private set; }

    public override void OnFlow(Flow flow)
    {
        // The client may not have seen the latest deliveries yet: its limit is what counts, not its number.
        var outstanding = (int)(flow.DeliveryCount + flow.LinkCredit - _deliveryCount);
        Credit = (uint)Math.Max(0, outstanding);
        OnCredit();
        if (flow.Drain)
        {
            // Everything there was is sent; the rest of the credit is spent on nothing.
            _deliveryCount += Credit;
            Credit = 0;
            OnCredit();
        }

        if (flow.Drain || flow.Echo)
            Session.SendFlow(new Flow { Handle = Handle, DeliveryCount = _deliveryCount, LinkCredit = Credit, Drain = flow.Drain });
    }

    /// <summary>What the client said about a delivery, carried out.</summary>
    /// <returns>The outcome to tell the client.</returns>
    public abstract DeliveryState Settle(Guid lockToken, DeliveryState? state);

    /// <summary>The credit changed: send what there is, or stop.</summary>
    protected abstract void OnCredit();

    protected void Send(ReadOnlySpan<byte> message, Guid? lockToken)
    {
        _deliveryCount++;
        if (Credit > 0)
            Credit--;
        Session.SendMessage(this, message, lockToken);
    }
}
