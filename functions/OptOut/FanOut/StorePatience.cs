using Azure;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace OptOut.FanOut;

/// <summary>
/// Hands a message to its handler, and keeps it for later while the store is away. The bus gives a message up after
/// <see cref="Topology.MaxDeliveryCount"/> deliveries, which an outage uses up in seconds; a Stop waits for as long as it takes.
/// </summary>
public sealed partial class StorePatience(ChangePublisher publisher, ILogger<StorePatience> logger)
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
        catch (Exception e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            var delay = TimeSpan.FromSeconds(Math.Min(LongestWaitSeconds, 1 << Math.Min(message.Wait, 6)));
            LogWaiting(subscription, message.About, e.GetType().Name, delay);
            await publisher.ScheduleAsync(message.WaitedFor(subscription), delay, cancellationToken);
            return Settlement.Done;
        }
    }

    // What the store says of the request itself (400, 409, 412, 413) will not be better later, and is thrown on.
    private static bool IsAway(Exception e) => e switch
    {
        RequestFailedException failed => failed.Status is 0 or 401 or 403 or 404 or 408 or 429 or >= 500,
        AggregateException several => several.InnerExceptions.All(IsAway),
        OperationCanceledException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store is away ({Reason}): {Subscription} looks at {About} again in {Delay}")]
    private partial void LogWaiting(string subscription, string about, string reason, TimeSpan delay);
}
