using Amqp;
using Amqp.Framing;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A receiver's link to a subscription, a queue or a dead-letter queue.</summary>
internal sealed class QueueSource : MessageSource
{
    private readonly MessageQueue _queue;
    private readonly Consumer _consumer;

    public QueueSource(AmqpSession session, Attach attach, MessageQueue queue)
        : base(session, attach.Handle)
    {
        _queue = queue;
        _consumer = new Consumer(deletes: attach.SndSettleMode == SenderSettleMode.Settled, Deliver);
    }

    public override DeliveryState Settle(Guid lockToken, DeliveryState? state)
    {
        if (Outcomes.ToSettlement(state) is not { } settlement)
            return Outcomes.Refusal(ErrorCode.NotImplemented, "Transactions are not supported by the embedded Service Bus.");
        try
        {
            return _queue.Settle(lockToken, settlement) switch
            {
                DispositionResult.Done => Outcomes.Echo(state),
                DispositionResult.LockLost => Outcomes.Refusal(Outcomes.MessageLockLost, Outcomes.LockLostText),
                _ => Outcomes.Refusal(ErrorCode.NotAllowed, Outcomes.NotFromDeadLettersText),
            };
        }
        catch (IOException problem)
        {
            return Outcomes.Refusal(ErrorCode.InternalError, problem.Message);
        }
    }

    public override void OnDetached() => _queue.RemoveConsumer(_consumer);

    protected override void OnCredit() => _queue.SetCredit(_consumer, Credit);

    private void Deliver(StoredMessage message)
    {
        var encoded = message.Encode();
        Send(encoded.Buffer.AsSpan(encoded.Offset, encoded.Length), _consumer.Deletes ? null : message.LockToken);
    }
}
