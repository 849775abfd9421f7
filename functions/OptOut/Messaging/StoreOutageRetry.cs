using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>
/// Passes a message to its handler, and schedules it again while the store is unavailable. The bus dead-letters a message after
/// <see cref="Topology.MaxDeliveryCount"/> deliveries, which an outage uses up in seconds; a Stop must wait for as
/// long as the outage lasts.
/// </summary>
internal sealed partial class StoreOutageRetry(ChangePublisher publisher, ILogger<StoreOutageRetry> logger)
{
    private const int LongestWaitSeconds = 60;

    /// <param name="received">The message as received.</param>
    /// <param name="subscription">The subscription that it is sent again for.</param>
    /// <param name="handle">Handles the message.</param>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    public async Task<Settlement> HandleAsync<TMessage>(
        ServiceBusReceivedMessage received,
        string subscription,
        Func<TMessage, Task<Settlement>> handle,
        CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        if (!TMessage.TryRead(received, out var message, out var problem))
            return new Settlement.DeadLetter("Malformed", problem);
        try
        {
            return await handle(message);
        }
        catch (Exception e)
            when (e is StoreUnavailableException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var delay = TimeSpan.FromSeconds(Math.Min(LongestWaitSeconds, 1 << Math.Min(message.Wait, 6)));
            LogWaiting(subscription, message.About, (e as StoreUnavailableException)?.Reason ?? "timeout", delay);
            await publisher.ScheduleAsync(message.Deferred(subscription), delay, cancellationToken);
            return Settlement.Done;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The store is unavailable ({Reason}): {Subscription} handles {About} again in {Delay}")]
    private partial void LogWaiting(string subscription, string about, string reason, TimeSpan delay);
}
