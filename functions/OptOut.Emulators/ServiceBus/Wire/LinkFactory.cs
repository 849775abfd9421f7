using Amqp;
using Amqp.Framing;
using Amqp.Types;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>Creates the link for an address: a topic, a queue, their management node, or the token node.</summary>
internal static class LinkFactory
{
    private const string ManagementSuffix = "/$management";
    private const string TokenNode = "$cbs";

    /// <exception cref="AmqpException">The address does not exist, or the link needs an unsupported feature.</exception>
    public static AmqpLink Create(AmqpSession session, Attach attach, Broker broker)
    {
        // The client's role: true if it receives.
        var address = attach.Role ? (attach.Source as Source)?.Address : (attach.Target as Target)?.Address;
        if (address is null)
            throw new AmqpException(ErrorCode.NotImplemented, "The embedded Service Bus has no transactions.");
        var path = Uri.UnescapeDataString(address.TrimStart('/'));
        if (path == TokenNode)
            return attach.Role ? new ResponseSource(session, attach) : new TokenTarget(session, attach, broker.MaxMessageBytes);
        if (path.EndsWith(ManagementSuffix, StringComparison.OrdinalIgnoreCase))
            return CreateManagement(session, attach, path[..^ManagementSuffix.Length], broker);
        return attach.Role ? CreateReceiver(session, attach, path, broker) : CreateSender(session, attach, path, broker);
    }

    private static AmqpLink CreateManagement(AmqpSession session, Attach attach, string path, Broker broker)
    {
        var (topic, queue) = (broker.FindTopic(path), broker.FindQueue(path));
        if (topic is null && queue is null)
            throw NotFound(path);
        return attach.Role
            ? new ResponseSource(session, attach)
            : new ManagementTarget(session, attach, new ManagementNode(topic, queue, broker.MaxMessageBytes), broker.MaxMessageBytes);
    }

    private static TopicTarget CreateSender(AmqpSession session, Attach attach, string path, Broker broker) =>
        new(session, attach, broker.FindTopic(path) ?? throw NotFound(path), broker.MaxMessageBytes);

    private static QueueSource CreateReceiver(AmqpSession session, Attach attach, string path, Broker broker)
    {
        var queue = broker.FindQueue(path) ?? throw NotFound(path);
        if ((attach.Source as Source)?.FilterSet?.ContainsKey(new Symbol("com.microsoft:session-filter")) == true)
            throw new AmqpException(ErrorCode.NotImplemented, "The embedded Service Bus has no message sessions.");
        return new QueueSource(session, attach, queue);
    }

    private static AmqpException NotFound(string path) =>
        new(ErrorCode.NotFound, $"The messaging entity '{path}' could not be found.");
}
