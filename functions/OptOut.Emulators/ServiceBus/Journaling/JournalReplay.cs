using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Journaling;

/// <summary>
/// Restores topics and queues from the journal. Locks are not journalled, so after a restart locked messages are ready again.
/// Entries of entities that are no longer in the topology are skipped.
/// </summary>
internal sealed class JournalReplay(IReadOnlyDictionary<string, BusTopic> topics, IReadOnlyDictionary<string, MessageQueue> queues)
{
    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case Published e: Topic(e.Topic)?.ApplyEntry(e, MessageContent.Parse(e.Message)); break;
            case Scheduled e: Topic(e.Topic)?.ApplyEntry(e, MessageContent.Parse(e.Message)); break;
            case Activated e: Topic(e.Topic)?.ApplyEntry(e, content: null); break;
            case Cancelled e: Topic(e.Topic)?.ApplyEntry(e, content: null); break;
            case SeenMessageId e: Topic(e.Topic)?.ApplyEntry(e, content: null); break;
            case LastSequence e:
                Topic(e.Entity)?.ApplyEntry(e, content: null);
                Queue(e.Entity)?.RestoreLastSequence(e.Last);
                break;
            case Delivered e when Queue(e.Queue)?.Find(e.Sequence) is { } message:
                message.Deliveries = e.Deliveries;
                break;
            case Changed e when Queue(e.Queue) is { } queue && queue.Find(e.Sequence) is { } message:
                queue.RemoveFromMemory(message);
                queue.Add(With(message, e));
                break;
            case Removed e when Queue(e.Queue) is { } queue && queue.Find(e.Sequence) is { } message:
                queue.RemoveFromMemory(message);
                break;
            case DeadLettered e when Queue(e.Queue) is { DeadLetters: { } letters } queue && queue.Find(e.Sequence) is { } message:
                queue.RemoveFromMemory(message);
                letters.Add(queue.ToDeadLetter(message, e.NewSequence, e.Properties));
                break;
            case Stored e: Queue(e.Queue)?.Add(FromSnapshot(e)); break;
        }
    }

    private BusTopic? Topic(string name) => topics.GetValueOrDefault(name);

    private MessageQueue? Queue(string path) => queues.GetValueOrDefault(path);

    private static StoredMessage With(StoredMessage message, Changed change) => new(message.Content, message.Sequence)
    {
        EnqueuedSequence = message.EnqueuedSequence,
        EnqueuedAt = message.EnqueuedAt,
        ExpiresAt = message.ExpiresAt,
        DeadLetterSource = message.DeadLetterSource,
        Deliveries = message.Deliveries,
        State = change.Deferred ? MessageState.Deferred : MessageState.Active,
        ApplicationProperties = change.Properties,
    };

    private static StoredMessage FromSnapshot(Stored e) => new(MessageContent.Parse(e.Message), e.Sequence)
    {
        EnqueuedSequence = e.EnqueuedSequence,
        EnqueuedAt = e.EnqueuedAt,
        ExpiresAt = e.ExpiresAt,
        DeadLetterSource = e.DeadLetterSource.Length == 0 ? null : e.DeadLetterSource,
        Deliveries = e.Deliveries,
        State = e.Deferred ? MessageState.Deferred : MessageState.Active,
        ApplicationProperties = e.Properties,
    };
}
