using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace OptOut.Tests.Messaging;

/// <summary>
/// The genuine client, seen from the product: counts its sends, can hold them back, and can refuse a message as Azure does, with all of the
/// batch that it is in.
/// </summary>
internal sealed class WatchedBusClient(ServiceBusClient client) : ServiceBusClient
{
    private TaskCompletionSource _gate = Opened();

    /// <summary>The number of messages in each send that was tried.</summary>
    public ConcurrentQueue<int> Sends { get; } = [];

    public Func<ServiceBusMessage, bool> Refuses { get; set; } = _ => false;

    public override ServiceBusSender CreateSender(string queueOrTopicName) => new Sender(this, client.CreateSender(queueOrTopicName));

    /// <summary>Holds every send back until <see cref="Open"/>.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.TrySetResult();

    private static TaskCompletionSource Opened()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }

    private async Task PassAsync(IReadOnlyCollection<ServiceBusMessage> messages, CancellationToken cancellationToken)
    {
        Sends.Enqueue(messages.Count);
        await _gate.Task.WaitAsync(cancellationToken);
        if (messages.Any(Refuses))
            throw new ServiceBusException(isTransient: false, "Refused.", reason: ServiceBusFailureReason.GeneralError);
    }

    private sealed class Sender(WatchedBusClient watched, ServiceBusSender sender) : ServiceBusSender
    {
        private readonly ConcurrentDictionary<ServiceBusMessageBatch, (ServiceBusMessageBatch, List<ServiceBusMessage>)> _batches = [];

        public override async ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default)
        {
            var (batch, messages) = (await sender.CreateMessageBatchAsync(cancellationToken), new List<ServiceBusMessage>());
            var watchedBatch = ServiceBusModelFactory.ServiceBusMessageBatch(0, messages, tryAddCallback: batch.TryAddMessage);
            _batches[watchedBatch] = (batch, messages);
            return watchedBatch;
        }

        public override async Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
        {
            var (batch, messages) = _batches[messageBatch];
            await watched.PassAsync(messages, cancellationToken);
            await sender.SendMessagesAsync(batch, cancellationToken);
        }

        public override async Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
        {
            await watched.PassAsync([message], cancellationToken);
            await sender.SendMessageAsync(message, cancellationToken);
        }

        public override Task CloseAsync(CancellationToken cancellationToken = default) => sender.CloseAsync(cancellationToken);
    }
}
