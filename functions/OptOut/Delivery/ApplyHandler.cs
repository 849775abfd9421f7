using Azure.Messaging.ServiceBus;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;

namespace OptOut.Delivery;

/// <summary>Stores every change that arrives on the bus, and notes the new head of the ledger so that it will be anchored.</summary>
internal sealed class ApplyHandler(ChangeApplier applier, LedgerHeads heads, StoreOutageRetry outageRetry)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        outageRetry.HandleAsync<SubjectMessage>(
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
