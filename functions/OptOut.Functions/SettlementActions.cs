using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using OptOut.FanOut;

namespace OptOut.Functions;

internal static class SettlementActions
{
    /// <summary>Carries out what a handler decided. A handler that throws decides nothing: the host gives the message back and it is delivered again.</summary>
    public static Task SettleAsync(this ServiceBusMessageActions actions, ServiceBusReceivedMessage message, Settlement settlement, CancellationToken cancellationToken) => settlement switch
    {
        Settlement.DeadLetter dead => actions.DeadLetterMessageAsync(message, null, dead.Reason, dead.Description, cancellationToken),
        _ => actions.CompleteMessageAsync(message, cancellationToken),
    };
}
