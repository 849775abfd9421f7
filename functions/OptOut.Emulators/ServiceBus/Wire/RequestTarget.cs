using Amqp;
using Amqp.Framing;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>A link that receives requests; each response goes to the link in the request's reply-to.</summary>
internal abstract class RequestTarget(AmqpSession session, Attach attach, int maxMessageBytes)
    : MessageTarget(session, attach.Handle, attach.InitialDeliveryCount, 4 * maxMessageBytes)
{
    protected override void Accept(ReadOnlyMemory<byte> message, uint format)
    {
        var bytes = message.ToArray();
        var request = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
        if (request.Properties?.ReplyTo is not { } replyTo || !Session.Connection.Responses.TryGetValue(replyTo, out var responses))
            throw new AmqpException(ErrorCode.NotFound, "The request's reply-to names no attached link.");
        var response = Answer(request);
        response.Properties = new Properties();
        response.Properties.SetCorrelationId(request.Properties.GetMessageId());
        responses.Respond(response);
    }

    protected abstract Message Answer(Message request);
}

/// <summary>The $cbs node: any token is accepted on this machine.</summary>
internal sealed class TokenTarget(AmqpSession session, Attach attach, int maxMessageBytes) : RequestTarget(session, attach, maxMessageBytes)
{
    protected override Message Answer(Message request)
    {
        var response = new Message { ApplicationProperties = new ApplicationProperties() };
        response.ApplicationProperties["status-code"] = 202;
        response.ApplicationProperties["status-description"] = "Accepted";
        return response;
    }
}

/// <summary>The entity/$management node.</summary>
internal sealed class ManagementTarget(AmqpSession session, Attach attach, ManagementNode node, int maxMessageBytes)
    : RequestTarget(session, attach, maxMessageBytes)
{
    protected override Message Answer(Message request) => node.Answer(request);
}
