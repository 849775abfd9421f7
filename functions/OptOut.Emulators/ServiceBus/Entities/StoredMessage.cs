using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>What the client shows as <c>ServiceBusMessageState</c>; the numbers travel in an annotation.</summary>
internal enum MessageState
{
    Active = 0,
    Deferred = 1,
    Scheduled = 2,
}

/// <summary>One message in one queue, with everything the broker knows of it. Guarded by the broker's gate.</summary>
internal sealed class StoredMessage(MessageContent content, long sequence)
{
    public MessageContent Content => content;

    /// <summary>The place in this queue. Redelivery keeps it, so an abandoned message comes back in front.</summary>
    public long Sequence => sequence;

    /// <summary>The number it first had: the topic's, or the source queue's for a dead letter.</summary>
    public required long EnqueuedSequence { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The queue this dead letter came from.</summary>
    public string? DeadLetterSource { get; init; }

    /// <summary>How often it has been handed out. Counted at delivery, so that a killed process counts too.</summary>
    public int Deliveries { get; set; }

    public MessageState State { get; set; }

    /// <summary>The encoded application properties: the sender's, until someone abandons, defers or dead-letters with others.</summary>
    public ReadOnlyMemory<byte> ApplicationProperties { get; set; } = content.ApplicationPropertiesSection;

    public Guid LockToken { get; set; }

    public DateTimeOffset LockedUntil { get; set; }

    /// <summary>Its place in the queue's list of locks; null when nobody holds it.</summary>
    public LinkedListNode<StoredMessage>? Lock { get; set; }

    /// <summary>Gone from the queue; an index that still points here skips it.</summary>
    public bool Removed { get; set; }

    public bool IsReady => !Removed && Lock is null && State == MessageState.Active;

    /// <summary>The message as a receiver or a peek gets it.</summary>
    public ByteBuffer Encode()
    {
        var buffer = new ByteBuffer(content.Encoded.Length + 256, autoGrow: true);
        HeaderNow().Encode(buffer);
        AnnotationsNow().Encode(buffer);
        Append(buffer, content.PropertiesSection);
        Append(buffer, ApplicationProperties);
        Append(buffer, content.BodySections);
        return buffer;
    }

    private Header HeaderNow()
    {
        // The wire counts failed deliveries; the client adds one for the delivery at hand.
        var header = new Header { DeliveryCount = (uint)Math.Max(0, Lock is null ? Deliveries : Deliveries - 1) };
        if (content.Header is not { } sent)
            return header;
        header.Durable = sent.Durable;
        header.Priority = sent.Priority;
        if (sent.HasField(2))
            header.Ttl = sent.Ttl;
        return header;
    }

    private MessageAnnotations AnnotationsNow()
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
