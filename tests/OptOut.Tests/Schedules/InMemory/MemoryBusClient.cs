using Azure.Messaging.ServiceBus;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>What the product sends, before it takes effect.</summary>
/// <param name="Execute">Takes effect, and returns the sequence number.</param>
internal sealed record SentMessage(ServiceBusMessage Message, DateTimeOffset? Due, Func<long> Execute);

/// <summary>Senders that end in a <see cref="MemoryBus"/>. The package's own classes are made to be derived from.</summary>
internal sealed class MemoryBusClient(MemoryBus bus, Func<SentMessage, CancellationToken, Task<long>> send) : ServiceBusClient
{
    public override ServiceBusSender CreateSender(string queueOrTopicName) => new Sender(bus, send);

    private sealed class Sender(MemoryBus bus, Func<SentMessage, CancellationToken, Task<long>> send) : ServiceBusSender
    {
        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) => send(
            new SentMessage(
                message,
                null,
                () =>
                {
                    bus.Publish(message);
                    return 0;
                }),
            cancellationToken);

        public override async Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
        {
            foreach (var message in messages)
                await SendMessageAsync(message, cancellationToken);
        }

        public override Task<long> ScheduleMessageAsync(
            ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default) =>
            send(
                new SentMessage(message, scheduledEnqueueTime, () => bus.Schedule(message, scheduledEnqueueTime)), cancellationToken);

        public override Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
