using Azure.Messaging.ServiceBus;

namespace OptOut.Fuzz.Product;

/// <summary>A bus that takes every message and delivers none.</summary>
internal sealed class RecordingBus : ServiceBusClient
{
    private readonly List<ServiceBusMessage> _messages = [];

    /// <summary>The messages since the last <see cref="Clear"/>.</summary>
    public IReadOnlyList<ServiceBusMessage> Messages
    {
        get
        {
            lock (_messages)
                return [.. _messages];
        }
    }

    public void Clear()
    {
        lock (_messages)
            _messages.Clear();
    }

    public override ServiceBusSender CreateSender(string queueOrTopicName) => new Sender(this);

    public override ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        new Receiver();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Add(ServiceBusMessage message)
    {
        lock (_messages)
            _messages.Add(message);
    }

    private sealed class Sender(RecordingBus bus) : ServiceBusSender
    {
        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
        {
            bus.Add(message);
            return Task.CompletedTask;
        }

        public override Task<long> ScheduleMessageAsync(
            ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
        {
            bus.Add(message);
            return Task.FromResult(1L);
        }

        public override ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(ServiceBusModelFactory.ServiceBusMessageBatch(1024, []));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Receiver : ServiceBusReceiver
    {
        public override Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(
            int maxMessages, long? fromSequenceNumber = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<ServiceBusReceivedMessage>>([]);

        public override Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(
            int maxMessages, TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<ServiceBusReceivedMessage>>([]);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
