namespace OptOut.Emulators.ServiceBus.Journaling;

/// <summary>One change of the broker's state, written to disk and replayed.</summary>
internal abstract record JournalEntry;

/// <summary>The queue and sequence number of one copy of a published message.</summary>
internal readonly record struct Placement(string Queue, long Sequence);

/// <summary>Accepted by a topic and copied into zero or more queues.</summary>
internal sealed record Published(
    string Topic, long Sequence, DateTimeOffset At, IReadOnlyList<Placement> Placements, ReadOnlyMemory<byte> Message) : JournalEntry;

/// <summary>Accepted by a topic, to be published when due.</summary>
internal sealed record Scheduled(string Topic, long Sequence, DateTimeOffset At, DateTimeOffset Due, ReadOnlyMemory<byte> Message)
    : JournalEntry;

/// <summary>A scheduled message came due and was copied into queues.</summary>
internal sealed record Activated(string Topic, long Sequence, DateTimeOffset At, IReadOnlyList<Placement> Placements) : JournalEntry;

internal sealed record Cancelled(string Topic, long Sequence) : JournalEntry;

/// <summary>Delivered, or released unread: the number of deliveries so far.</summary>
internal sealed record Delivered(string Queue, long Sequence, int Deliveries) : JournalEntry;

/// <summary>Abandoned with modified properties, or deferred.</summary>
internal sealed record Changed(string Queue, long Sequence, bool Deferred, ReadOnlyMemory<byte> Properties) : JournalEntry;

/// <summary>Completed, expired, or received with receive-and-delete.</summary>
internal sealed record Removed(string Queue, long Sequence) : JournalEntry;

/// <summary>Moved to the queue's dead-letter queue, where it has a new sequence number.</summary>
internal sealed record DeadLettered(string Queue, long Sequence, long NewSequence, ReadOnlyMemory<byte> Properties) : JournalEntry;

/// <summary>Compaction: the current state of a message.</summary>
internal sealed record Stored(
    string Queue, long Sequence, long EnqueuedSequence, DateTimeOffset EnqueuedAt, DateTimeOffset ExpiresAt, int Deliveries,
    bool Deferred, string DeadLetterSource, ReadOnlyMemory<byte> Properties, ReadOnlyMemory<byte> Message) : JournalEntry;

/// <summary>Compaction: the last sequence number that an entity assigned, so that numbers are never reused.</summary>
internal sealed record LastSequence(string Entity, long Last) : JournalEntry;

/// <summary>Compaction: a message id inside a topic's duplicate window.</summary>
internal sealed record SeenMessageId(string Topic, string MessageId, DateTimeOffset At) : JournalEntry;
