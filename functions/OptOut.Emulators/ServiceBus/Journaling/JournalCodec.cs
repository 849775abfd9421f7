using System.Text;

namespace OptOut.Emulators.ServiceBus.Journaling;

/// <summary>
/// The binary format of a journal entry: a kind, then its fields in order. New kinds get new numbers; existing kinds keep theirs.
/// </summary>
internal static class JournalCodec
{
    public static void Write(BinaryWriter to, JournalEntry entry)
    {
        switch (entry)
        {
            case Published e:
                Head(to, 1, e.Topic, e.Sequence);
                Moment(to, e.At);
                Placements(to, e.Placements);
                Bytes(to, e.Message);
                break;
            case Scheduled e:
                Head(to, 2, e.Topic, e.Sequence);
                Moment(to, e.At);
                Moment(to, e.Due);
                Bytes(to, e.Message);
                break;
            case Activated e:
                Head(to, 3, e.Topic, e.Sequence);
                Moment(to, e.At);
                Placements(to, e.Placements);
                break;
            case Cancelled e: Head(to, 4, e.Topic, e.Sequence); break;
            case Delivered e:
                Head(to, 5, e.Queue, e.Sequence);
                to.Write(e.Deliveries);
                break;
            case Changed e:
                Head(to, 6, e.Queue, e.Sequence);
                to.Write(e.Deferred);
                Bytes(to, e.Properties);
                break;
            case Removed e: Head(to, 7, e.Queue, e.Sequence); break;
            case DeadLettered e:
                Head(to, 8, e.Queue, e.Sequence);
                to.Write(e.NewSequence);
                Bytes(to, e.Properties);
                break;
            case Stored e:
                Head(to, 9, e.Queue, e.Sequence);
                to.Write(e.EnqueuedSequence);
                Moment(to, e.EnqueuedAt);
                Moment(to, e.ExpiresAt);
                to.Write(e.Deliveries);
                to.Write(e.Deferred);
                to.Write(e.DeadLetterSource);
                Bytes(to, e.Properties);
                Bytes(to, e.Message);
                break;
            case LastSequence e: Head(to, 10, e.Entity, e.Last); break;
            case SeenMessageId e:
                Head(to, 11, e.Topic, e.At.UtcTicks);
                to.Write(e.MessageId);
                break;
            default: throw new InvalidOperationException($"{entry.GetType().Name} is not a kind of journal entry.");
        }
    }

    /// <exception cref="InvalidDataException">The kind is unknown to this version.</exception>
    public static JournalEntry Read(BinaryReader from)
    {
        var kind = from.ReadByte();
        var entity = from.ReadString();
        var number = from.ReadInt64();
        return kind switch
        {
            1 => new Published(entity, number, Moment(from), Placements(from), Bytes(from)),
            2 => new Scheduled(entity, number, Moment(from), Moment(from), Bytes(from)),
            3 => new Activated(entity, number, Moment(from), Placements(from)),
            4 => new Cancelled(entity, number),
            5 => new Delivered(entity, number, from.ReadInt32()),
            6 => new Changed(entity, number, from.ReadBoolean(), Bytes(from)),
            7 => new Removed(entity, number),
            8 => new DeadLettered(entity, number, from.ReadInt64(), Bytes(from)),
            9 => new Stored(
                entity,
                number,
                from.ReadInt64(),
                Moment(from),
                Moment(from),
                from.ReadInt32(),
                from.ReadBoolean(),
                from.ReadString(),
                Bytes(from),
                Bytes(from)),
            10 => new LastSequence(entity, number),
            11 => new SeenMessageId(entity, from.ReadString(), new DateTimeOffset(number, TimeSpan.Zero)),
            _ => throw new InvalidDataException($"Journal entry kind {kind} is unknown: the journal was written by a newer version."),
        };
    }

    private static void Head(BinaryWriter to, byte kind, string entity, long number)
    {
        to.Write(kind);
        to.Write(entity);
        to.Write(number);
    }

    private static void Moment(BinaryWriter to, DateTimeOffset moment) => to.Write(moment.UtcTicks);

    private static DateTimeOffset Moment(BinaryReader from) => new(from.ReadInt64(), TimeSpan.Zero);

    private static void Bytes(BinaryWriter to, ReadOnlyMemory<byte> bytes)
    {
        to.Write7BitEncodedInt(bytes.Length);
        to.Write(bytes.Span);
    }

    private static ReadOnlyMemory<byte> Bytes(BinaryReader from) => from.ReadBytes(from.Read7BitEncodedInt());

    private static void Placements(BinaryWriter to, IReadOnlyList<Placement> placements)
    {
        to.Write7BitEncodedInt(placements.Count);
        foreach (var placement in placements)
        {
            to.Write(placement.Queue);
            to.Write(placement.Sequence);
        }
    }

    private static Placement[] Placements(BinaryReader from)
    {
        var placements = new Placement[from.Read7BitEncodedInt()];
        for (var i = 0; i < placements.Length; i++)
            placements[i] = new Placement(from.ReadString(), from.ReadInt64());
        return placements;
    }

    /// <summary>UTF-8 that replaces invalid characters: a lone surrogate in a message id must not make a write fail.</summary>
    public static readonly Encoding Text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);
}
