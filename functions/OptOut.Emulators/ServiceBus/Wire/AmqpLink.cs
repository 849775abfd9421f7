using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>The broker's end of a link. Call every member under the broker's gate.</summary>
internal abstract class AmqpLink(AmqpSession session, uint handle)
{
    public uint Handle => handle;

    protected AmqpSession Session => session;

    /// <summary>Called after the attach was answered; flows and messages may follow.</summary>
    public virtual void OnAttached()
    {
    }

    public abstract void OnFlow(Flow flow);

    /// <summary>Called when the link is detached, or its session or connection has ended.</summary>
    public virtual void OnDetached()
    {
    }
}
