using System.Runtime.InteropServices;
using OptOut.Emulators.ServiceBus.Filters;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>A subscription: rules, and the queue of what they took.</summary>
internal sealed record Subscription(RuleSet Rules, MessageQueue Queue);

/// <summary>
/// Takes messages, drops duplicates, holds what is scheduled, and copies each message into the queues whose rules match.
/// Call everything under the broker's gate.
/// </summary>
internal sealed class BusTopic(
    string name, TimeSpan? duplicateWindow, TimeSpan? defaultTimeToLive, IReadOnlyList<Subscription> subscriptions, BrokerServices services)
{
    private readonly DuplicateWindow? _duplicates = duplicateWindow is { } window ? new DuplicateWindow(window) : null;
    private readonly Dictionary<long, ScheduledMessage> _scheduled = [];
    private readonly PriorityQueue<ScheduledMessage, (DateTimeOffset Due, long Sequence)> _due = new();
    private long _lastSequence;

    private sealed record ScheduledMessage(long Sequence, DateTimeOffset AcceptedAt, DateTimeOffset Due, MessageContent Content);

    public IReadOnlyList<Subscription> Subscriptions => subscriptions;

    /// <summary>Accepts messages, all or none. When it returns, the journal has them.</summary>
    /// <param name="messages">In the order they get their numbers.</param>
    /// <returns>A number for each message, duplicates included: a dropped duplicate is accepted to its sender.</returns>
    /// <exception cref="IOException">The journal could not be written; nothing was accepted.</exception>
    public IReadOnlyList<long> Accept(IReadOnlyList<MessageContent> messages)
    {
        var now = services.Now;
        var entries = new List<JournalEntry>(messages.Count);
        var numbers = new List<long>(messages.Count);
        var accepted = new List<(JournalEntry Entry, MessageContent Content)>(messages.Count);
        var inThisBatch = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            numbers.Add(++_lastSequence);
            if (_duplicates is not null && message.MessageId is { } id && (_duplicates.Contains(id, now) || !inThisBatch.Add(id)))
                continue;
            JournalEntry entry = message.EnqueueAt is { } due && due > now
                ? new Scheduled(name, _lastSequence, now, due, message.Encoded)
                : new Published(name, _lastSequence, now, Place(message), message.Encoded);
            entries.Add(entry);
            accepted.Add((entry, message));
        }

        services.Write(CollectionsMarshal.AsSpan(entries));
        foreach (var (entry, content) in accepted)
            Apply(entry, content);
        PumpAll();
        return numbers;
    }

    /// <summary>Takes back scheduled messages: all of them, or none and false when one is not there.</summary>
    public bool Cancel(IReadOnlyCollection<long> sequences)
    {
        if (!sequences.All(_scheduled.ContainsKey))
            return false;
        services.Write([.. sequences.Select(sequence => new Cancelled(name, sequence))]);
        foreach (var sequence in sequences)
            _scheduled.Remove(sequence);
        return true;
    }

    /// <summary>Publishes what came due; answers when to look again.</summary>
    public DateTimeOffset OnTime()
    {
        while (_due.TryPeek(out var next, out var order))
        {
            if (_scheduled.ContainsKey(next.Sequence))
            {
                if (order.Due > services.Now)
                    return order.Due;
                var entry = new Activated(name, next.Sequence, services.Now, Place(next.Content));
                services.Write(entry);
                Apply(entry, next.Content);
            }

            _due.Dequeue();
        }

        PumpAll();
        return DateTimeOffset.MaxValue;
    }

    /// <summary>Makes an entry's change in memory: right after it was journalled, or when it is replayed.</summary>
    public void Apply(JournalEntry entry, MessageContent? content)
    {
        switch (entry)
        {
            case Published published:
                _lastSequence = Math.Max(_lastSequence, published.Sequence);
                Remember(content!, published.At);
                Deliver(published.Placements, published.Sequence, published.At, content!);
                break;
            case Scheduled scheduled:
                _lastSequence = Math.Max(_lastSequence, scheduled.Sequence);
                Remember(content!, scheduled.At);
                var waiting = new ScheduledMessage(scheduled.Sequence, scheduled.At, scheduled.Due, content!);
                _scheduled.Add(scheduled.Sequence, waiting);
                _due.Enqueue(waiting, (scheduled.Due, scheduled.Sequence));
                services.Alarm.RingBy(scheduled.Due);
                break;
            case Activated activated when _scheduled.Remove(activated.Sequence, out var due):
                Deliver(activated.Placements, activated.Sequence, activated.At, due.Content);
                break;
            case Cancelled cancelled:
                _scheduled.Remove(cancelled.Sequence);
                break;
            case Remembered remembered:
                _duplicates?.Remember(remembered.MessageId, remembered.At);
                break;
            case Numbered numbered:
                _lastSequence = Math.Max(_lastSequence, numbered.Last);
                break;
        }
    }

    public IEnumerable<JournalEntry> Snapshot()
    {
        yield return new Numbered(name, _lastSequence);
        foreach (var (id, at) in _duplicates?.Remembered(services.Now) ?? [])
            yield return new Remembered(name, id, at);
        foreach (var message in _scheduled.Values.OrderBy(message => message.Sequence))
            yield return new Scheduled(name, message.Sequence, message.AcceptedAt, message.Due, message.Content.Encoded);
    }

    private List<Placement> Place(MessageContent message)
    {
        var placements = new List<Placement>(subscriptions.Count);
        FilteredMessage? filtered = null;
        foreach (var subscription in subscriptions)
        {
            if (subscription.Rules.TakesEverything || subscription.Rules.Matches(filtered ??= message.ToFiltered()))
                placements.Add(new Placement(subscription.Queue.Path, subscription.Queue.NextSequence()));
        }

        return placements;
    }

    private void Deliver(IReadOnlyList<Placement> placements, long sequence, DateTimeOffset at, MessageContent content)
    {
        foreach (var placement in placements)
        {
            // A subscription that the topology no longer has is passed over.
            var queue = subscriptions.FirstOrDefault(subscription => subscription.Queue.Path == placement.Queue)?.Queue;
            queue?.Add(new StoredMessage(content, placement.Sequence)
            {
                EnqueuedSequence = sequence,
                EnqueuedAt = at,
                ExpiresAt = ExpiresAt(content, at),
            });
        }
    }

    private DateTimeOffset ExpiresAt(MessageContent content, DateTimeOffset at)
    {
        var live = content.TimeToLive ?? TimeSpan.MaxValue;
        if (defaultTimeToLive < live)
            live = defaultTimeToLive.Value;
        return live < DateTimeOffset.MaxValue - at ? at + live : DateTimeOffset.MaxValue;
    }

    private void Remember(MessageContent content, DateTimeOffset at)
    {
        if (content.MessageId is { } id)
            _duplicates?.Remember(id, at);
    }

    private void PumpAll()
    {
        foreach (var subscription in subscriptions)
            subscription.Queue.Pump();
    }
}
