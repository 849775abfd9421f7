using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;
using OptOut.Emulators.ServiceBus.Filters;
using OptOut.Messaging;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>A message in a subscription.</summary>
internal sealed record QueuedMessage(string Subscription, ServiceBusMessage Message, long Sequence, int Count)
{
    public ServiceBusReceivedMessage ToReceived() => ServiceBusModelFactory.ServiceBusReceivedMessage(
        body: Message.Body,
        messageId: Message.MessageId,
        correlationId: Message.CorrelationId,
        subject: Message.Subject,
        contentType: Message.ContentType,
        properties: Message.ApplicationProperties,
        deliveryCount: Count,
        sequenceNumber: Sequence);
}

/// <summary>
/// The topic in memory: filters, duplicate detection, scheduled messages, redelivery, dead letters. Compared with the embedded bus by
/// <c>MemoryBusTests</c>.
/// </summary>
/// <param name="time">Decides what is due.</param>
/// <param name="deliver">Takes each message for each subscription whose filter it matches.</param>
internal sealed class MemoryBus(TimeProvider time, Action<QueuedMessage> deliver)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private readonly (string Name, RuleSet Rules)[] _subscriptions =
        [.. Topology.Subscriptions.Select(s => (s.Name, new RuleSet([new SqlRule(s.Filter)])))];

    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly List<(DateTimeOffset Due, long Sequence, ServiceBusMessage Message)> _scheduled = [];
    private long _sequence;

    public List<QueuedMessage> DeadLetters { get; } = [];

    /// <summary>When the next scheduled message is due; null if there is none.</summary>
    public DateTimeOffset? NextDue => _scheduled.Count > 0 ? _scheduled.Min(s => s.Due) : null;

    public void Publish(ServiceBusMessage message)
    {
        if (IsNew(message))
            Place(message, ++_sequence);
    }

    /// <param name="due">
    /// Rounded up to half a minute, because the product draws the delay of a retry at random, and a schedule must not depend on it.
    /// </param>
    public long Schedule(ServiceBusMessage message, DateTimeOffset due)
    {
        _sequence++;
        if (IsNew(message))
            _scheduled.Add((RoundUp(due), _sequence, message));
        return _sequence;
    }

    /// <summary>Delivers the scheduled messages whose time has come.</summary>
    public void ActivateDue()
    {
        var due = _scheduled.Where(s => s.Due <= time.GetUtcNow()).OrderBy(s => (s.Due, s.Sequence)).ToArray();
        _scheduled.RemoveAll(s => s.Due <= time.GetUtcNow());
        foreach (var (_, _, message) in due)
            Place(message, ++_sequence);
    }

    /// <summary>Its handler failed or died, or its lock expired.</summary>
    public void Redeliver(QueuedMessage delivery)
    {
        if (delivery.Count >= Topology.MaxDeliveryCount)
            DeadLetters.Add(delivery);
        else
            deliver(delivery with { Count = delivery.Count + 1 });
    }

    private static DateTimeOffset RoundUp(DateTimeOffset due) =>
        new((due.UtcTicks + Step.Ticks - 1) / Step.Ticks * Step.Ticks, TimeSpan.Zero);

    private bool IsNew(ServiceBusMessage message)
    {
        var now = time.GetUtcNow();
        if (_seen.TryGetValue(message.MessageId, out var before) && now - before < Topology.DuplicateWindow)
            return false;
        _seen[message.MessageId] = now;
        return true;
    }

    private void Place(ServiceBusMessage message, long sequence)
    {
        var filtered = new FilteredMessage(
            new Dictionary<SystemProperty, string?> { [SystemProperty.Label] = message.Subject },
            message.ApplicationProperties.ToDictionary(p => p.Key, p => (object?)p.Value, StringComparer.Ordinal));
        foreach (var (name, rules) in _subscriptions)
        {
            if (rules.Matches(filtered))
                deliver(new QueuedMessage(name, message, sequence, Count: 1));
        }
    }
}
