using Azure.Messaging.ServiceBus;
using OptOut.Intake;

namespace OptOut.FanOut;

/// <summary>The guarantee that the store has every change that the bus has had.</summary>
public sealed class ApplyHandler(ChangeApplier applier)
{
    public async Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken)
    {
        if (!SubjectMessage.TryRead(received, out var message, out var problem))
            return new Settlement.DeadLetter("Malformed", problem);
        if (message.Change is { } change)
            await applier.ApplyAsync(change, cancellationToken);
        return Settlement.Done;
    }
}
