using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;

namespace OptOut.Functions;

internal static partial class SettlementActions
{
    /// <summary>
    /// Carries out the settlement that a handler decided. If the handler throws, the host abandons the message and it is delivered again.
    /// </summary>
    public static Task SettleAsync(
        this ServiceBusMessageActions actions,
        ServiceBusReceivedMessage message,
        Settlement settlement,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        if (settlement is Settlement.Abandon)
            return actions.AbandonMessageAsync(message, cancellationToken: cancellationToken);
        if (settlement is not Settlement.DeadLetter dead)
            return actions.CompleteMessageAsync(message, cancellationToken);
        LogDeadLetter(logger, message.MessageId, dead.Reason, dead.Description);
        var properties = dead.Vendor is null
            ? null
            : new Dictionary<string, object>(StringComparer.Ordinal) { [Settlement.DeadLetter.RefusedByProperty] = dead.Vendor };
        return actions.DeadLetterMessageAsync(message, properties, dead.Reason, dead.Description, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} is dead-lettered, {Reason}: {Description}")]
    private static partial void LogDeadLetter(ILogger logger, string messageId, string reason, string description);
}
