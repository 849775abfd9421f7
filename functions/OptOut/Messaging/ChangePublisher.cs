using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>Puts messages on the bus, and knows when it is of no use to try.</summary>
internal sealed partial class ChangePublisher(ServiceBusClient client, TimeProvider time, ILogger<ChangePublisher> logger) : IAsyncDisposable
{
    // A person is waiting for the answer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // After a failure, the next caller after this long tries again; the others go straight to the outbox.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ServiceBusSender _sender = client.CreateSender(Topology.BusTopic);
    private long _downUntil;

    /// <summary>Whether the bus failed a moment ago.</summary>
    public bool LooksDown => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _downUntil);

    /// <returns>Whether the bus has taken the message.</returns>
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

    /// <summary>Sends the message later.</summary>
    /// <exception cref="ServiceBusException">The bus did not take it.</exception>
    public Task ScheduleAsync(IBusMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        _sender.ScheduleMessageAsync(message.ToServiceBus(), time.GetUtcNow() + delay, cancellationToken);

    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not take message {MessageId} about {About} ({Reason})")]
    private partial void LogNotPublished(Guid messageId, string about, string reason);
}
