using Azure.Messaging.ServiceBus;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;

namespace OptOut.Delivery;

/// <summary>The guarantee that the store has every change that the bus has had, and that where the ledger then ends will be anchored.</summary>
internal sealed class ApplyHandler(ChangeApplier applier, LedgerHeads heads, StoreOutageRetry patience)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) => patience.HandleAsync<SubjectMessage>(
        received,
        Topology.Apply,
        async message =>
        {
            if (message.Changes.Count > 0)
            {
                await applier.ApplyAsync(message.Changes, cancellationToken);
                await heads.NoteAsync(message.Subject, cancellationToken);
            }

            return Settlement.Done;
        },
        cancellationToken);
}
