using Amqp;
using Amqp.Framing;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A sender's link to a topic or a queue.</summary>
internal sealed class TopicTarget(AmqpSession session, Attach attach, BusTopic topic, int maxMessageBytes)
    : MessageTarget(session, attach.Handle, attach.InitialDeliveryCount, maxMessageBytes)
{
    // A batch: each data section of the body is one encoded message.
    // https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide
    private const uint BatchFormat = 0x80013700;

    protected override void Accept(ReadOnlyMemory<byte> message, uint format) =>
        topic.Accept(format == BatchFormat ? Unpack(message) : [MessageContent.Parse(message)]);

    private static List<MessageContent> Unpack(ReadOnlyMemory<byte> batch)
    {
        var sections = MessageContent.Parse(batch).BodySections.ToArray();
        var buffer = new ByteBuffer(sections, 0, sections.Length, sections.Length);
        var messages = new List<MessageContent>();
        while (buffer.Length > 0)
        {
            if (AmqpDecoder.Read(buffer) is not Data data)
                throw new AmqpException(ErrorCode.DecodeError, "A batch may only contain data sections.");
            messages.Add(MessageContent.Parse(data.Binary));
        }

        return messages;
    }
}
