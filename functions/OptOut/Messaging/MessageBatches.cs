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

/// <summary>
/// Handles the messages of a batch: subjects side by side up to a bound, the messages of one subject or turn in their order. Each message is
/// settled as soon as it is handled, so one that fails or is slow takes no other with it.
/// </summary>
internal sealed partial class MessageBatches(IOptions<BatchOptions> options, TimeProvider time, ILogger<MessageBatches> logger)
{
    // The host renews no lock in a batch. A message whose lock may run out while it is handled goes back to the bus instead.
    private static readonly TimeSpan LatestStart = Topology.LockDuration / 2;

    /// <param name="messages">The batch.</param>
    /// <param name="handle">Handles one message.</param>
    /// <param name="settle">Settles one message.</param>
    /// <param name="cancellationToken">Cancelled when the host stops. What is not settled then is delivered again.</param>
    public Task HandleAsync(
        IEnumerable<ServiceBusReceivedMessage> messages,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        Func<ServiceBusReceivedMessage, Settlement, Task> settle,
        CancellationToken cancellationToken)
    {
        var received = time.GetTimestamp();
        return Parallel.ForEachAsync(
            messages.GroupBy(
                m => m.ApplicationProperties.GetValueOrDefault(SubjectMessage.TurnProperty) as string ?? m.CorrelationId, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.SubjectsAtOnce, CancellationToken = cancellationToken },
            async (subject, cancel) =>
            {
                foreach (var message in subject)
                    await HandleAsync(message, time.GetElapsedTime(received) < LatestStart ? handle : ReturnAsync, settle, cancel);
            });
    }

    private async Task HandleAsync(
        ServiceBusReceivedMessage message,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        Func<ServiceBusReceivedMessage, Settlement, Task> settle,
        CancellationToken cancellationToken)
    {
        OptOutTrace.Continue(message.ApplicationProperties.GetValueOrDefault("Diagnostic-Id") as string);
        try
        {
            await settle(message, await TryHandleAsync(message, handle, cancellationToken));
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

    private static Task<Settlement> ReturnAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(Settlement.Returned);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} could not be settled ({Reason}); the bus delivers it again")]
    private partial void LogNotSettled(string messageId, ServiceBusFailureReason reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} was not handled, delivery {Delivery}; it is returned to the bus")]
    private partial void LogNotHandled(Exception fault, string messageId, int delivery);
}
