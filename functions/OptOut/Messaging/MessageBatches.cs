using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform.Telemetry;

namespace OptOut.Messaging;

/// <summary>Setting <c>OptOut:Batches</c>: how a function handles the messages of a batch.</summary>
internal sealed class BatchOptions
{
    internal const string Section = "OptOut:Batches";

    /// <summary>The number of subjects that one function handles side by side, from 1 to 256.</summary>
    public int SubjectsAtOnce { get; set; } = 16;
}

internal sealed class BatchOptionsValidator : IValidateOptions<BatchOptions>
{
    public ValidateOptionsResult Validate(string? name, BatchOptions options) => options.SubjectsAtOnce is >= 1 and <= 256
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{BatchOptions.Section}:SubjectsAtOnce is {options.SubjectsAtOnce}; give 1 to 256.");
}

/// <summary>What can be done with a message of a batch besides handling it.</summary>
/// <param name="SettleAsync">Settles it.</param>
/// <param name="RenewAsync">
/// Renews its lock, which the host does not do in a batch. Throws a <see cref="ServiceBusException"/> if the lock is lost: another process
/// has the message, or will.
/// </param>
internal sealed record BatchActions(
    Func<ServiceBusReceivedMessage, Settlement, Task> SettleAsync, Func<ServiceBusReceivedMessage, Task> RenewAsync);

/// <summary>
/// Handles the messages of a batch: subjects side by side up to a bound, the messages of one subject or turn in their order. Each message
/// is settled as soon as it is handled, so one that fails or is slow takes no other with it.
/// </summary>
internal sealed partial class MessageBatches(IOptions<BatchOptions> options, TimeProvider time, ILogger<MessageBatches> logger)
{
    // A message that may have been locked for longer than this has its lock renewed before it is handled.
    private static readonly TimeSpan Fresh = Topology.LockDuration / 4;

    // Who waits longer than this between two batches waited on an empty subscription.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long Received, long Ended)> _previous = new(StringComparer.Ordinal);

    /// <param name="subscription">The subscription that the messages come from.</param>
    /// <param name="messages">The batch.</param>
    /// <param name="handle">Handles one message.</param>
    /// <param name="actions">Settles one message, and renews its lock.</param>
    /// <param name="cancellationToken">Cancelled when the host stops. What is not settled then is delivered again.</param>
    public async Task HandleAsync(
        string subscription,
        IEnumerable<ServiceBusReceivedMessage> messages,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        BatchActions actions,
        CancellationToken cancellationToken)
    {
        // The bus locks a message when it sends it to the client, which may keep it until the batch before has ended:
        //   batch 1 received |------- 50 s -------| ended, batch 2 received: its messages may be locked since batch 1 was received
        var received = time.GetTimestamp();
        var locked = _previous.TryGetValue(subscription, out var previous) && time.GetElapsedTime(previous.Ended, received) < Idle
            ? previous.Received
            : received;
        try
        {
            await Parallel.ForEachAsync(
                messages.GroupBy(
                    m => m.ApplicationProperties.GetValueOrDefault(SubjectMessage.TurnProperty) as string ?? m.CorrelationId,
                    StringComparer.Ordinal),
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.SubjectsAtOnce, CancellationToken = cancellationToken },
                async (subject, cancel) =>
                {
                    foreach (var message in subject)
                        await HandleAsync(message, locked, handle, actions, cancel);
                });
        }
        finally
        {
            _previous[subscription] = (received, time.GetTimestamp());
        }
    }

    private async Task HandleAsync(
        ServiceBusReceivedMessage message,
        long locked,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        BatchActions actions,
        CancellationToken cancellationToken)
    {
        OptOutTrace.Continue(message.ApplicationProperties.GetValueOrDefault("Diagnostic-Id") as string);
        try
        {
            if (time.GetElapsedTime(locked) > Fresh)
                await actions.RenewAsync(message);
            await actions.SettleAsync(message, await TryHandleAsync(message, handle, cancellationToken));
        }
        catch (ServiceBusException e)
        {
            // Its lock is lost or the bus is down: it is delivered again, and handling it twice does no harm.
            LogNotSettled(message.MessageId, e.Reason);
        }
    }

    private async Task<Settlement> TryHandleAsync(
        ServiceBusReceivedMessage message,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        CancellationToken cancellationToken)
    {
        try
        {
            return await handle(message, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotHandled(e, message.MessageId, message.DeliveryCount);
            return Settlement.Returned;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} could not be settled ({Reason}); the bus delivers it again")]
    private partial void LogNotSettled(string messageId, ServiceBusFailureReason reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} was not handled, delivery {Delivery}; it is returned to the bus")]
    private partial void LogNotHandled(Exception fault, string messageId, int delivery);
}
