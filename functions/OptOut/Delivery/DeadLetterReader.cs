using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Delivery;

/// <summary>The dead letters of one subscription, vendor and reason.</summary>
public sealed record DeadLetterGroup(
    [property: SchemaRef("Subscription")] string Subscription,
    [property: Description("The vendor that did not accept them; null when no vendor is involved.")] string? Vendor,
    [property: SchemaRef("DeadLetterReason")] string Reason,
    [property: Range(1, int.MaxValue)] int Count,
    [property: Description("When the earliest decision in them was made: a Stop among them has been waiting since then.")]
    DateTimeOffset Oldest);

/// <summary>Reads a message that its function, or the bus, gave up on.</summary>
internal static class DeadLetterReader
{
    /// <summary>Any reason that is not listed: somebody dead-lettered the message by hand.</summary>
    public const string Other = "Other";

    /// <summary>
    /// Our own reasons, then those of the bus
    /// (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues#moving-messages-to-the-dlq).
    /// </summary>
    public static IReadOnlyList<string> Reasons { get; } =
    [
        "Rejected", "GaveUp", "Malformed", "HandlerFailed", "KillsItsHandler", "UnknownState",
        "MaxDeliveryCountExceeded", "TTLExpiredException", "HeaderSizeExceeded", Other,
    ];

    public static string Reason(ServiceBusReceivedMessage dead) => Reasons.FirstOrDefault(r => r == dead.DeadLetterReason) ?? Other;

    public static string? Vendor(ServiceBusReceivedMessage dead) =>
        (dead.ApplicationProperties.GetValueOrDefault(Settlement.DeadLetter.RefusedByProperty)
            ?? dead.ApplicationProperties.GetValueOrDefault("vendor")) as string;

    public static DateTimeOffset At(ServiceBusReceivedMessage dead) =>
        dead.ApplicationProperties.GetValueOrDefault("at") is string text
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at)
            ? at
            : dead.EnqueuedTime;

    /// <summary>The message to send in its place, to its own subscription only.</summary>
    /// <returns>Null when the message cannot be read: its content is unknown, so it stays for someone to look into.</returns>
    public static IBusMessage? Replay(string subscription, ServiceBusReceivedMessage dead) =>
        subscription == Topology.LinkMail ? Replay<LinkMailRequest>(subscription, dead) : Replay<SubjectMessage>(subscription, dead);

    private static TMessage? Replay<TMessage>(string subscription, ServiceBusReceivedMessage dead)
        where TMessage : class, IBusMessage<TMessage> =>
        TMessage.TryRead(dead, out var message, out _) ? message.ReplayedFor(subscription, dead.SequenceNumber) : null;
}
