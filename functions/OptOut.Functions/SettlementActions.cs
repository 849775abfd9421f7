using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.FanOut;

namespace OptOut.Functions;

internal static partial class SettlementActions
{
    /// <summary>Carries out what a handler decided. A handler that throws decides nothing: the host gives the message back and it is delivered again.</summary>
    public static Task SettleAsync(this ServiceBusMessageActions actions, ServiceBusReceivedMessage message, Settlement settlement, ILogger logger, CancellationToken cancellationToken)
    {
        if (settlement is not Settlement.DeadLetter dead)
            return actions.CompleteMessageAsync(message, cancellationToken);
        LogDeadLetter(logger, message.MessageId, dead.Reason, dead.Description);
        return actions.DeadLetterMessageAsync(message, null, dead.Reason, dead.Description, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} is dead-lettered, {Reason}: {Description}")]
    private static partial void LogDeadLetter(ILogger logger, string messageId, string reason, string description);
}
