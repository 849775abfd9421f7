using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>One end of a link. Everything is called under the broker's gate.</summary>
internal abstract class AmqpLink(AmqpSession session, uint handle)
{
    public uint Handle => handle;

    protected AmqpSession Session => session;

    /// <summary>The attach was answered; flows and messages may follow.</summary>
    public virtual void OnAttached()
    {
    }

    public abstract void OnFlow(Flow flow);

    /// <summary>The link is gone: detached, or its session or connection ended.</summary>
    public virtual void OnDetached()
    {
    }
}
