using Amqp.Framing;
using Amqp.Types;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>
/// Converts the client's delivery states to settlements:
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide ("disposition").
/// </summary>
internal static class Outcomes
{
    public const string MessageLockLost = "com.microsoft:message-lock-lost";
    public const string LockLostText =
        "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.";
    public const string NotFromDeadLettersText = "A message in a dead-letter queue cannot be dead-lettered.";

    /// <summary>Null for transactions, which the broker does not support.</summary>
    public static Disposition? ToSettlement(DeliveryState? state) => state switch
    {
        Accepted => new Complete(),
        Released or null => new Release(),
        Modified { UndeliverableHere: true } modified => new Defer { Changes = Changes(modified.MessageAnnotations) },
        Modified modified => new Abandon { Changes = Changes(modified.MessageAnnotations) },
        Rejected rejected => ToDeadLetter(rejected.Error?.Info),
        _ => null,
    };

    /// <summary>
    /// The outcome of a successful settlement. The client treats any outcome as success except a rejection with an error.
    /// </summary>
    public static DeliveryState Echo(DeliveryState? state) => state is Rejected ? new Rejected() : state ?? new Released();

    public static Rejected Refusal(string condition, string description) =>
        new() { Error = new Error(condition) { Description = description } };

    private static DeadLetter ToDeadLetter(Fields? info)
    {
        var changes = Changes(info);
        var reason = Take(changes, "DeadLetterReason");
        var description = Take(changes, "DeadLetterErrorDescription");
        return new DeadLetter(reason, description) { Changes = changes };
    }

    private static string? Take(Dictionary<string, object?> changes, string name) =>
        changes.Remove(name, out var value) ? value as string : null;

    private static Dictionary<string, object?> Changes(Map? fields) =>
        fields?.ToDictionary(field => field.Key.ToString()!, field => (object?)field.Value, StringComparer.Ordinal)
        ?? new Dictionary<string, object?>(StringComparer.Ordinal);
}
