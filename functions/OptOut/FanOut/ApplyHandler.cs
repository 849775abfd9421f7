using Azure.Messaging.ServiceBus;
using OptOut.Intake;

namespace OptOut.FanOut;

/// <summary>The guarantee that the store has every change that the bus has had.</summary>
public sealed class ApplyHandler(ChangeApplier applier, StorePatience patience)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) => patience.HandleAsync<SubjectMessage>(
        received,
        Topology.Apply,
        async message =>
        {
            if (message.Changes.Count > 0)
                await applier.ApplyAsync(message.Changes, cancellationToken);
            return Settlement.Done;
        },
        cancellationToken);
}
