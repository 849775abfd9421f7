using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>Publishes messages on the bus, and does not try for a short time after the bus has failed.</summary>
internal sealed partial class ChangePublisher(ServiceBusClient client, TimeProvider time, ILogger<ChangePublisher> logger)
    : IAsyncDisposable
{
    // A person is waiting for the response.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // After a failure, callers go straight to the outbox for this long; the next caller after that tries again.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ServiceBusSender _sender = client.CreateSender(Topology.BusTopic);
    private long _downUntil;

    /// <summary>Whether the bus failed recently, so that publishing is not attempted.</summary>
    public bool LooksDown => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _downUntil);

    /// <returns>Whether the bus accepted the message.</returns>
    public async Task<bool> TryPublishAsync(IBusMessage message)
    {
        if (LooksDown)
            return false;
        try
        {
            using var limit = time.Limit(Timeout);
            await _sender.SendMessageAsync(message.ToServiceBus(), limit.Token);
            return true;
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException or UnauthorizedAccessException)
        {
            Interlocked.Exchange(ref _downUntil, (time.GetUtcNow() + Pause).UtcTicks);
            LogNotPublished(message.Id, message.About, (e as ServiceBusException)?.Reason.ToString() ?? e.GetType().Name);
            return false;
        }
    }

    /// <summary>Sends the messages in one batch, all or none.</summary>
    /// <exception cref="ServiceBusException">The bus did not accept them.</exception>
    public Task PublishAsync(IReadOnlyCollection<IBusMessage> messages, CancellationToken cancellationToken) =>
        messages.Count == 0 ? Task.CompletedTask : _sender.SendMessagesAsync(messages.Select(m => m.ToServiceBus()), cancellationToken);

    /// <summary>Sends the message later.</summary>
    /// <exception cref="ServiceBusException">The bus did not accept the message.</exception>
    public Task ScheduleAsync(IBusMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        _sender.ScheduleMessageAsync(message.ToServiceBus(), time.GetUtcNow() + delay, cancellationToken);

    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not accept message {MessageId} about {About} ({Reason})")]
    private partial void LogNotPublished(Guid messageId, string about, string reason);
}
