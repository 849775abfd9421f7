using System.Runtime.InteropServices;
using OptOut.Emulators.ServiceBus.Filters;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>A subscription: its rules, and the queue of the messages they accepted.</summary>
internal sealed record Subscription(RuleSet Rules, MessageQueue Queue);

/// <summary>
/// Accepts messages, drops duplicates, keeps scheduled messages, and copies each message to the queues whose rules match.
/// Call every member under the broker's gate.
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

    /// <summary>Accepts all of the messages or none. When it returns, they are in the journal.</summary>
    /// <param name="messages">In the order in which they get their sequence numbers.</param>
    /// <returns>A sequence number for each message, duplicates included: to its sender, a dropped duplicate is accepted.</returns>
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

        services.WriteToJournal(CollectionsMarshal.AsSpan(entries));
        foreach (var (entry, content) in accepted)
            ApplyEntry(entry, content);
        PumpAll();
        return numbers;
    }

    /// <summary>Cancels all of the scheduled messages; or cancels none and returns false if one does not exist.</summary>
    public bool Cancel(IReadOnlyCollection<long> sequences)
    {
        if (!sequences.All(_scheduled.ContainsKey))
            return false;
        services.WriteToJournal([.. sequences.Select(sequence => new Cancelled(name, sequence))]);
        foreach (var sequence in sequences)
            _scheduled.Remove(sequence);
        return true;
    }

    /// <summary>Publishes the messages that are due. Returns the time of the next one.</summary>
    public DateTimeOffset ProcessDue()
    {
        while (_due.TryPeek(out var next, out var order))
        {
            if (_scheduled.ContainsKey(next.Sequence))
            {
                if (order.Due > services.Now)
                    return order.Due;
                var entry = new Activated(name, next.Sequence, services.Now, Place(next.Content));
                services.WriteToJournal(entry);
                ApplyEntry(entry, next.Content);
            }

            _due.Dequeue();
        }

        PumpAll();
        return DateTimeOffset.MaxValue;
    }

    /// <summary>Applies an entry to the state in memory, after it was written to the journal or when it is replayed.</summary>
    public void ApplyEntry(JournalEntry entry, MessageContent? content)
    {
        switch (entry)
        {
            case Published published:
                _lastSequence = Math.Max(_lastSequence, published.Sequence);
                RememberId(content!, published.At);
                Deliver(published.Placements, published.Sequence, published.At, content!);
                break;
            case Scheduled scheduled:
                _lastSequence = Math.Max(_lastSequence, scheduled.Sequence);
                RememberId(content!, scheduled.At);
                var waiting = new ScheduledMessage(scheduled.Sequence, scheduled.At, scheduled.Due, content!);
                _scheduled.Add(scheduled.Sequence, waiting);
                _due.Enqueue(waiting, (scheduled.Due, scheduled.Sequence));
                services.Timer.FireBy(scheduled.Due);
                break;
            case Activated activated when _scheduled.Remove(activated.Sequence, out var due):
                Deliver(activated.Placements, activated.Sequence, activated.At, due.Content);
                break;
            case Cancelled cancelled:
                _scheduled.Remove(cancelled.Sequence);
                break;
            case SeenMessageId seen:
                _duplicates?.Remember(seen.MessageId, seen.At);
                break;
            case LastSequence sequence:
                _lastSequence = Math.Max(_lastSequence, sequence.Last);
                break;
        }
    }

    public IEnumerable<JournalEntry> Snapshot()
    {
        yield return new LastSequence(name, _lastSequence);
        foreach (var (id, at) in _duplicates?.Remembered(services.Now) ?? [])
            yield return new SeenMessageId(name, id, at);
        foreach (var message in _scheduled.Values.OrderBy(message => message.Sequence))
            yield return new Scheduled(name, message.Sequence, message.AcceptedAt, message.Due, message.Content.Encoded);
    }

    private List<Placement> Place(MessageContent message)
    {
        var placements = new List<Placement>(subscriptions.Count);
        FilteredMessage? filtered = null;
        foreach (var subscription in subscriptions)
        {
            if (subscription.Rules.MatchesEverything || subscription.Rules.Matches(filtered ??= message.ToFiltered()))
                placements.Add(new Placement(subscription.Queue.Path, subscription.Queue.NextSequence()));
        }

        return placements;
    }

    private void Deliver(IReadOnlyList<Placement> placements, long sequence, DateTimeOffset at, MessageContent content)
    {
        foreach (var placement in placements)
        {
            // A subscription that is no longer in the topology is skipped.
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

    private void RememberId(MessageContent content, DateTimeOffset at)
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
