using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The values of the client's <c>ServiceBusMessageState</c>, sent in a message annotation.</summary>
internal enum MessageState
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}

/// <summary>One message in one queue, with the state that the broker adds. Guarded by the broker's gate.</summary>
internal sealed class StoredMessage(MessageContent content, long sequence)
{
    public MessageContent Content => content;

    /// <summary>The sequence number in this queue. Redelivery keeps it, so an abandoned message returns to the front.</summary>
    public long Sequence => sequence;

    /// <summary>The original sequence number: the topic's, or for a dead letter the source queue's.</summary>
    public required long EnqueuedSequence { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>For a dead letter: the path of the source queue.</summary>
    public string? DeadLetterSource { get; init; }

    /// <summary>The number of deliveries. Counted at delivery, so that deliveries to a process that was killed count too.</summary>
    public int Deliveries { get; set; }

    public MessageState State { get; set; }

    /// <summary>
    /// The encoded application properties: those of the sender, until a receiver modifies them when it abandons, defers or dead-letters.
    /// </summary>
    public ReadOnlyMemory<byte> ApplicationProperties { get; set; } = content.ApplicationPropertiesSection;

    public Guid LockToken { get; set; }

    public DateTimeOffset LockedUntil { get; set; }

    /// <summary>Its node in the queue's list of locks; null if it is not locked.</summary>
    public LinkedListNode<StoredMessage>? Lock { get; set; }

    /// <summary>Whether it was removed from the queue. Indexes that still contain it skip it.</summary>
    public bool Removed { get; set; }

    public bool IsReady => !Removed && Lock is null && State == MessageState.Active;

    /// <summary>Encodes the message for a receiver or a peek.</summary>
    public ByteBuffer Encode()
    {
        var buffer = new ByteBuffer(content.Encoded.Length + 256, autoGrow: true);
        CurrentHeader().Encode(buffer);
        CurrentAnnotations().Encode(buffer);
        Append(buffer, content.PropertiesSection);
        Append(buffer, ApplicationProperties);
        Append(buffer, content.BodySections);
        return buffer;
    }

    private Header CurrentHeader()
    {
        // The protocol counts failed deliveries; the client adds one for the current delivery.
        var header = new Header { DeliveryCount = (uint)Math.Max(0, Lock is null ? Deliveries : Deliveries - 1) };
        if (content.Header is not { } sent)
            return header;
        header.Durable = sent.Durable;
        header.Priority = sent.Priority;
        if (sent.HasField(2))
            header.Ttl = sent.Ttl;
        return header;
    }

    private MessageAnnotations CurrentAnnotations()
    {
        var annotations = new MessageAnnotations();
        if (content.Annotations is { } sent)
        {
            foreach (var (name, value) in sent.Map)
                annotations.Map[name] = value;
        }

        annotations.Map[new Symbol("x-opt-sequence-number")] = sequence;
        annotations.Map[new Symbol("x-opt-enqueue-sequence-number")] = EnqueuedSequence;
        annotations.Map[new Symbol("x-opt-enqueued-time")] = EnqueuedAt.UtcDateTime;
        annotations.Map[new Symbol("x-opt-message-state")] = (int)State;
        if (Lock is not null)
            annotations.Map[new Symbol("x-opt-locked-until")] = LockedUntil.UtcDateTime;
        if (DeadLetterSource is not null)
            annotations.Map[new Symbol("x-opt-deadletter-source")] = DeadLetterSource;
        return annotations;
    }

    private static void Append(ByteBuffer buffer, ReadOnlyMemory<byte> bytes)
    {
        buffer.ValidateWrite(bytes.Length);
        bytes.CopyTo(buffer.Buffer.AsMemory(buffer.WritePos));
        buffer.Append(bytes.Length);
    }
}
