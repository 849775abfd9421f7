using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>
/// Hands a message to its handler, and keeps it for later while the store is unavailable. The bus gives a message up after
/// <see cref="Topology.MaxDeliveryCount"/> deliveries, which an outage uses up in seconds; a Stop waits for as long as it takes.
/// </summary>
internal sealed partial class StoreOutageRetry(ChangePublisher publisher, ILogger<StoreOutageRetry> logger)
{
    private const int LongestWaitSeconds = 60;

    /// <param name="received">As it came.</param>
    /// <param name="subscription">The one it is sent again for.</param>
    /// <param name="handle">What to do with it.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<Settlement> HandleAsync<TMessage>(
        ServiceBusReceivedMessage received, string subscription, Func<TMessage, Task<Settlement>> handle, CancellationToken cancellationToken)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store is unavailable ({Reason}): {Subscription} looks at {About} again in {Delay}")]
    private partial void LogWaiting(string subscription, string about, string reason, TimeSpan delay);
}
