using Amqp;
using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>The link for the responses of a management or token node. Responses wait until the link has credit.</summary>
internal sealed class ResponseSource : MessageSource
{
    private readonly Queue<ByteBuffer> _waiting = new();
    private readonly string _replyTo;

    public ResponseSource(AmqpSession session, Attach attach)
        : base(session, attach.Handle)
    {
        _replyTo = (attach.Target as Target)?.Address ?? "";
        session.Connection.Responses[_replyTo] = this;
    }

    public void Respond(Message response)
    {
        _waiting.Enqueue(response.Encode());
        OnCredit();
    }

    public override void OnDetached()
    {
        if (Session.Connection.Responses.GetValueOrDefault(_replyTo) == this)
            Session.Connection.Responses.Remove(_replyTo);
    }

    public override DeliveryState Settle(Guid lockToken, DeliveryState? state) => new Accepted();

    protected override void OnCredit()
    {
        while (Credit > 0 && _waiting.TryDequeue(out var response))
            Send(response.Buffer.AsSpan(response.Offset, response.Length), lockToken: null);
    }
}
