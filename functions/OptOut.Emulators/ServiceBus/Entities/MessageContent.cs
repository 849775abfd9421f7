using System.Runtime.InteropServices;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using OptOut.Emulators.ServiceBus.Filters;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// A message as its sender encoded it. It is immutable and shared by all subscriptions that have a copy; what the broker
/// adds (counts, times, dead-letter reasons) is in <see cref="StoredMessage"/>.
/// </summary>
internal sealed class MessageContent
{
    public const string ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";

    private MessageContent(ReadOnlyMemory<byte> encoded) => Encoded = encoded;

    /// <summary>All sections, as received. The journal stores these bytes.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    public Header? Header { get; private set; }

    public MessageAnnotations? Annotations { get; private set; }

    public Properties? Properties { get; private set; }

    public ReadOnlyMemory<byte> PropertiesSection { get; private set; }

    public ReadOnlyMemory<byte> ApplicationPropertiesSection { get; private set; }

    public ReadOnlyMemory<byte> BodySections { get; private set; }

    public string? MessageId => Properties?.GetMessageId()?.ToString();

    public TimeSpan? TimeToLive => Header is { Ttl: > 0 and < uint.MaxValue } header ? TimeSpan.FromMilliseconds(header.Ttl) : null;

    /// <summary>The scheduled enqueue time; null for immediate delivery.</summary>
    public DateTimeOffset? EnqueueAt =>
        Annotations?.Map[new Symbol(ScheduledEnqueueTime)] is DateTime moment ? new DateTimeOffset(moment, TimeSpan.Zero) : null;

    /// <exception cref="AmqpException">The bytes are not an AMQP message.</exception>
    public static MessageContent Parse(ReadOnlyMemory<byte> encoded)
    {
        if (!MemoryMarshal.TryGetArray(encoded, out var segment))
            segment = encoded.ToArray();
        var content = new MessageContent(encoded);
        var buffer = new ByteBuffer(segment.Array!, segment.Offset, segment.Count, segment.Count);
        var bodyStart = -1;
        while (buffer.Length > 0)
        {
            var start = buffer.Offset - segment.Offset;
            var section = AmqpDecoder.Read(buffer);
            var bytes = encoded[start..(buffer.Offset - segment.Offset)];
            switch (section)
            {
                case Header header: content.Header = header; break;
                case DeliveryAnnotations: break;
                case MessageAnnotations annotations: content.Annotations = annotations; break;
                case Properties properties:
                    content.Properties = properties;
                    content.PropertiesSection = bytes;
                    break;
                case ApplicationProperties: content.ApplicationPropertiesSection = bytes; break;
                case Data or AmqpSequence or AmqpValue or Footer:
                    bodyStart = bodyStart < 0 ? start : bodyStart;
                    break;
                default: throw new AmqpException(ErrorCode.DecodeError, "The value is not a message section.");
            }
        }

        content.BodySections = bodyStart < 0 ? default : encoded[bodyStart..];
        return content;
    }

    public FilteredMessage ToFiltered() => new(
        new Dictionary<SystemProperty, string?>
        {
            [SystemProperty.MessageId] = MessageId,
            [SystemProperty.CorrelationId] = Properties?.GetCorrelationId()?.ToString(),
            [SystemProperty.To] = Properties?.To,
            [SystemProperty.ReplyTo] = Properties?.ReplyTo,
            [SystemProperty.Label] = Properties?.Subject,
            [SystemProperty.SessionId] = Properties?.GroupId,
            [SystemProperty.ReplyToSessionId] = Properties?.ReplyToGroupId,
            [SystemProperty.ContentType] = Properties?.ContentType,
        },
        PropertySection.Read(ApplicationPropertiesSection).ToDictionary(
            pair => pair.Key.ToString()!, pair => (object?)pair.Value, StringComparer.Ordinal));
}
