using Amqp;
using Amqp.Framing;
using Amqp.Types;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>
/// The operations that the client requests outside its links: renew, peek, schedule, cancel, deferred messages, late settlement.
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
/// </summary>
internal sealed class ManagementNode(BusTopic? topic, MessageQueue? queue, int maxMessageBytes)
{
    private const string MessageNotFound = "com.microsoft:message-not-found";

    public Message Answer(Message request)
    {
        var body = request.Body as Map ?? [];
        var operation = request.ApplicationProperties?.Map["operation"] as string ?? "";
        try
        {
            return (operation, topic, queue) switch
            {
                ("com.microsoft:renew-lock", _, not null) => Renew(queue, body),
                ("com.microsoft:peek-message", _, not null) => Peek(queue, body),
                ("com.microsoft:receive-by-sequence-number", _, not null) => ReceiveDeferred(queue, body),
                ("com.microsoft:update-disposition", _, not null) => Settle(queue, body),
                ("com.microsoft:schedule-message", not null, _) => Schedule(topic, body),
                ("com.microsoft:cancel-scheduled-message", not null, _) => Cancel(topic, body),
                _ => Refuse(501, ErrorCode.NotImplemented, $"The embedded Service Bus does not support '{operation}' on this entity."),
            };
        }
        catch (AmqpException refusal)
        {
            return Refuse(400, refusal.Error.Condition, refusal.Error.Description);
        }
        catch (IOException problem)
        {
            return Refuse(500, ErrorCode.InternalError, problem.Message);
        }
    }

    private static Message Renew(MessageQueue queue, Map body)
    {
        var expirations = new List<DateTime>();
        foreach (var token in Array<Guid>(body, "lock-tokens"))
        {
            if (queue.Renew(token) is not { } until)
                return Refuse(410, Outcomes.MessageLockLost, Outcomes.LockLostText);
            expirations.Add(until.UtcDateTime);
        }

        return Ok(new Map { ["expirations"] = expirations.ToArray() });
    }

    private static Message Peek(MessageQueue queue, Map body)
    {
        var from = Convert.ToInt64(body["from-sequence-number"], System.Globalization.CultureInfo.InvariantCulture);
        var count = Convert.ToInt32(body["message-count"], System.Globalization.CultureInfo.InvariantCulture);
        var messages = new List();
        foreach (var message in queue.Peek(from, count))
            messages.Add(new Map { ["message"] = Bytes(message) });
        return messages.Count == 0 ? Status(204, "No messages.") : Ok(new Map { ["messages"] = messages });
    }

    private static Message ReceiveDeferred(MessageQueue queue, Map body)
    {
        // The receiver's settle mode: 0 is receive-and-delete.
        var delete = Convert.ToUInt32(body["receiver-settle-mode"], System.Globalization.CultureInfo.InvariantCulture) == 0;
        if (queue.TakeDeferred(Array<long>(body, "sequence-numbers"), delete) is not { } found)
            return Refuse(404, MessageNotFound, "There is no deferred message with that sequence number, or it is locked.");
        var messages = new List();
        foreach (var message in found)
        {
            var entry = new Map { ["message"] = Bytes(message) };
            if (!delete)
                entry["lock-token"] = message.LockToken;
            messages.Add(entry);
        }

        return Ok(new Map { ["messages"] = messages });
    }

    private static Message Settle(MessageQueue queue, Map body)
    {
        var changes = (body["properties-to-modify"] as Map ?? []).ToDictionary(
            change => change.Key.ToString()!, change => (object?)change.Value, StringComparer.Ordinal);
        Disposition? settlement = body["disposition-status"] switch
        {
            "completed" => new Complete(),
            "abandoned" => new Abandon { Changes = changes },
            "defered" => new Defer { Changes = changes }, // The protocol's own spelling.
            "suspended" =>
                new DeadLetter(body["deadletter-reason"] as string, body["deadletter-description"] as string) { Changes = changes },
            _ => null,
        };
        if (settlement is null)
            return Refuse(400, ErrorCode.InvalidField, $"'{body["disposition-status"]}' is not a disposition.");
        foreach (var token in Array<Guid>(body, "lock-tokens"))
        {
            switch (queue.Settle(token, settlement))
            {
                case DispositionResult.LockLost: return Refuse(410, Outcomes.MessageLockLost, Outcomes.LockLostText);
                case DispositionResult.NotAllowed: return Refuse(400, ErrorCode.NotAllowed, Outcomes.NotFromDeadLettersText);
            }
        }

        return Status(200, "OK");
    }

    private Message Schedule(BusTopic to, Map body)
    {
        var messages = new List<MessageContent>();
        foreach (var entry in (body["messages"] as List ?? []).OfType<Map>())
        {
            var bytes = (byte[])entry["message"];
            if (bytes.Length > maxMessageBytes)
            {
                throw new AmqpException(
                    ErrorCode.MessageSizeExceeded, $"The message has {bytes.Length} bytes; the limit is {maxMessageBytes}.");
            }

            messages.Add(MessageContent.Parse(bytes));
        }

        return Ok(new Map { ["sequence-numbers"] = to.Accept(messages).ToArray() });
    }

    private static Message Cancel(BusTopic from, Map body) => from.Cancel(Array<long>(body, "sequence-numbers"))
        ? Status(200, "OK")
        : Refuse(404, MessageNotFound, "There is no scheduled message with that sequence number.");

    private static T[] Array<T>(Map body, string name) =>
        body[name] as T[] ?? throw new AmqpException(ErrorCode.InvalidField, $"'{name}' is missing.");

    private static byte[] Bytes(StoredMessage message)
    {
        var encoded = message.Encode();
        return encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray();
    }

    private static Message Ok(Map body)
    {
        var response = Status(200, "OK");
        response.BodySection = new AmqpValue { Value = body };
        return response;
    }

    private static Message Status(int code, string description)
    {
        var response = new Message { ApplicationProperties = new ApplicationProperties() };
        response.ApplicationProperties["statusCode"] = code;
        response.ApplicationProperties["statusDescription"] = description;
        return response;
    }

    private static Message Refuse(int code, string condition, string? description)
    {
        var response = Status(code, description ?? condition);
        response.ApplicationProperties["errorCondition"] = new Symbol(condition);
        return response;
    }
}
