using System.Globalization;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.ServiceBus;
using OptOut.Messaging;
using OptOut.Tests.Schedules.Exploration;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>The bus in memory does what the embedded bus does with the same script of sends, pauses and abandoned messages.</summary>
public sealed class MemoryBusTests
{
    private static readonly DateTimeOffset Morning = new(2026, 5, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Morning);
    private readonly Dictionary<string, List<QueuedMessage>> _queues =
        Topology.Subscriptions.ToDictionary(s => s.Name, _ => new List<QueuedMessage>(), StringComparer.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_deliver_the_same_messages_to_the_same_subscriptions()
    {
        await using var bus = await RunningBus.StartAsync(Options());
        await using var sender = bus.Client.CreateSender(Topology.BusTopic);
        var memory = new MemoryBus(_time, m => _queues[m.Subscription].Add(m));
        var client = new MemoryBusClient(memory, (sent, _) => Task.FromResult(sent.Execute()));
        await using var inMemory = client.CreateSender(Topology.BusTopic);
        var numbers = new SeededNumbers(1);
        for (var i = 0; i < 60; i++)
        {
            switch (numbers.Below(4))
            {
                case 0:
                    var pause = TimeSpan.FromMinutes(numbers.Below(8));
                    _time.Advance(pause);
                    memory.ActivateDue();
                    break;
                case 1:
                    // To the half minute, because the bus in memory rounds.
                    var due = Morning + TimeSpan.FromMinutes(Math.Ceiling((_time.GetUtcNow() - Morning).TotalMinutes) + numbers.Below(5));
                    var later = Message(numbers);
                    await sender.ScheduleMessageAsync(later(), due, Cancel);
                    await inMemory.ScheduleMessageAsync(later(), due, Cancel);
                    memory.ActivateDue();
                    break;
                default:
                    var message = Message(numbers);
                    await sender.SendMessageAsync(message(), Cancel);
                    await inMemory.SendMessageAsync(message(), Cancel);
                    break;
            }
        }

        _time.Advance(TimeSpan.FromHours(1));
        memory.ActivateDue();
        foreach (var (subscription, queue) in _queues)
        {
            await using var receiver = bus.Client.CreateReceiver(Topology.BusTopic, subscription);
            // What is due is placed by a timer of the bus.
            IReadOnlyList<ServiceBusReceivedMessage> peeked = [];
            await OptOutHost.UntilAsync(async () =>
                (peeked = await receiver.PeekMessagesAsync(100, fromSequenceNumber: 0, Cancel)).Count == queue.Count);
            Assert.Equal(
                queue.Select(m => (m.Message.MessageId, m.Message.Body.ToString())).Order(),
                peeked.Select(m => (m.MessageId, m.Body.ToString())).Order());
        }

        Assert.All(_queues.Where(q => q.Key is not (Topology.LinkMail or Topology.VendorRetry)), q => Assert.NotEmpty(q.Value));
    }

    [Fact]
    public async Task Both_give_up_after_the_same_number_of_deliveries()
    {
        await using var bus = await RunningBus.StartAsync(Options());
        await using var sender = bus.Client.CreateSender(Topology.BusTopic);
        await using var receiver = bus.Client.CreateReceiver(Topology.BusTopic, Topology.Apply);
        var memory = new MemoryBus(_time, m => _queues[m.Subscription].Add(m));
        var message = Message(new SeededNumbers(2), only: null);
        await sender.SendMessageAsync(message(), Cancel);
        memory.Publish(message());
        for (var i = 1; i <= Topology.MaxDeliveryCount; i++)
        {
            var received = await receiver.Next();
            Assert.Equal(received.DeliveryCount, _queues[Topology.Apply][^1].ToReceived().DeliveryCount);
            await receiver.AbandonMessageAsync(received, cancellationToken: Cancel);
            memory.Redeliver(_queues[Topology.Apply][^1]);
        }

        await receiver.HasNoMessage();
        Assert.Equal(Topology.MaxDeliveryCount, _queues[Topology.Apply].Count);
        Assert.Single(memory.DeadLetters);
    }

    private EmbeddedServiceBusOptions Options() => new()
    {
        Time = _time,
        Topics =
        [
            new TopicDefinition(
                Topology.BusTopic,
                [.. Topology.Subscriptions.Select(s => new Emulators.ServiceBus.SubscriptionDefinition(s.Name)
                {
                    Rules = [new SqlRule(s.Filter)],
                    LockDuration = Topology.LockDuration,
                    MaxDeliveryCount = Topology.MaxDeliveryCount,
                })])
            {
                DuplicateWindow = Topology.DuplicateWindow,
            },
        ],
    };

    // Few ids, so that many messages are duplicates. A message object can be sent once, so each sender gets its own.
    private static Func<ServiceBusMessage> Message(SeededNumbers numbers) =>
        Message(numbers, numbers.OneIn(3) ? Topology.Subscriptions[numbers.Below(6)].Name : null);

    private static Func<ServiceBusMessage> Message(SeededNumbers numbers, string? only)
    {
        var id = EventIds.Derive("bus script", numbers.Below(6).ToString(CultureInfo.InvariantCulture));
        var scope = Scope.Parse(numbers.OneIn(2) ? "*,*" : "sms,offers");
        var change = Change.Create(id, new SubjectKey(1), scope, Decision.Stop, Morning, Morning, Source.OneClick);
        var message = numbers.OneIn(4) ? SubjectMessage.From(change) with { Changes = [], Id = id } : SubjectMessage.From(change);
        message = only is null ? message : message with { Only = only, Wait = 1 + numbers.Below(2) };
        return message.ToServiceBus;
    }
}
