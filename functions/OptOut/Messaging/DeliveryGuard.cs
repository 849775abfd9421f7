using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>
/// Decides what becomes of a message that its handler cannot finish. The bus dead-letters it after <see cref="Topology.MaxDeliveryCount"/>
/// deliveries, which an outage, a fault or a process that is killed again and again uses up in seconds. So deliveries are not used up: the
/// message is published again, in a message of its own, and the one that was received is completed.
/// <list type="bullet">
/// <item>The store is unavailable: scheduled again, for as long as the outage lasts.</item>
/// <item>The handler throws: scheduled again up to <see cref="MaxFailures"/> times, then dead-lettered as <c>HandlerFailed</c>.</item>
/// <item>Its last delivery: the processes before died with it. Published afresh up to <see cref="MaxRestarts"/> times, then dead-lettered
/// as <c>KillsItsHandler</c>.</item>
/// </list>
/// </summary>
internal sealed partial class DeliveryGuard(ChangePublisher publisher, ILogger<DeliveryGuard> logger)
{
    /// <summary>With a delay that doubles up to a minute, they last about ten minutes.</summary>
    internal const int MaxFailures = 15;

    /// <summary>A message that really kills its handler has then killed it almost 200 times.</summary>
    internal const int MaxRestarts = 20;

    /// <param name="received">The message as received.</param>
    /// <param name="subscription">The subscription that it is sent again for.</param>
    /// <param name="handle">
    /// Handles the message. It is told whether the message may have been handled before, perhaps by a process that died.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    /// <exception cref="ServiceBusException">The message could not be sent again; the bus delivers this one again.</exception>
    public async Task<Settlement> HandleAsync<TMessage>(
        ServiceBusReceivedMessage received,
        string subscription,
        Func<TMessage, bool, Task<Settlement>> handle,
        CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        if (!TMessage.TryRead(received, out var message, out var problem))
            return new Settlement.DeadLetter("Malformed", problem);
        if (received.DeliveryCount >= Topology.MaxDeliveryCount)
            return await RestartAsync(message, received.DeliveryCount, subscription, cancellationToken);
        try
        {
            return await handle(
                message, received.DeliveryCount > 1 || message is not { Wait: 0, Replay: 0, Failures: 0, Restarts: 0 });
        }
        catch (Exception e) when (e is StoreUnavailableException || IsTimeout(e, cancellationToken))
        {
            var delay = Delay(message.Wait);
            LogWaiting(subscription, message.About, (e as StoreUnavailableException)?.Reason ?? "timeout", delay);
            await publisher.ScheduleAsync(message.Deferred(subscription), delay, cancellationToken);
            return Settlement.Done;
        }
        catch (Exception e) when (e is not (ServiceBusException or OperationCanceledException))
        {
            return await AfterFailureAsync(message, e, subscription, cancellationToken);
        }
    }

    private async Task<Settlement> RestartAsync<TMessage>(
        TMessage message, int deliveries, string subscription, CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        if (message.Restarts >= MaxRestarts)
        {
            return new Settlement.DeadLetter(
                "KillsItsHandler",
                $"Delivered {deliveries} times and published afresh {message.Restarts} times: no process lived to the end of it.");
        }

        LogRestarting(subscription, message.About, deliveries, message.Restarts + 1);
        await publisher.PublishAsync([message.Restarted(subscription)], cancellationToken);
        return Settlement.Done;
    }

    private async Task<Settlement> AfterFailureAsync<TMessage>(
        TMessage message, Exception fault, string subscription, CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        if (message.Failures + 1 >= MaxFailures)
        {
            LogFailed(fault, subscription, message.About, message.Failures + 1);
            return new Settlement.DeadLetter("HandlerFailed", $"{fault.GetType().Name} after {message.Failures + 1} attempts.");
        }

        var delay = Delay(message.Failures);
        LogFailing(fault, subscription, message.About, delay);
        await publisher.ScheduleAsync(message.AfterFailure(subscription), delay, cancellationToken);
        return Settlement.Done;
    }

    private static TimeSpan Delay(int times) => TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(times, 6)));

    // Not the host that stops.
    private static bool IsTimeout(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The store is unavailable ({Reason}): {Subscription} handles {About} again in {Delay}")]
    private partial void LogWaiting(string subscription, string about, string reason, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Subscription} failed on {About}; it is handled again in {Delay}")]
    private partial void LogFailing(Exception fault, string subscription, string about, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Subscription} failed on {About} {Attempts} times; it is dead-lettered")]
    private partial void LogFailed(Exception fault, string subscription, string about, int attempts);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Subscription}: the message about {About} was delivered {Deliveries} times without an end; published afresh, {Restarts}")]
    private partial void LogRestarting(string subscription, string about, int deliveries, int restarts);
}
