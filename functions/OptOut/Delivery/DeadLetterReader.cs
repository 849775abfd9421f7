using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Delivery;

/// <summary>The dead letters of one kind.</summary>
public sealed record DeadLetterGroup(
    [property: SchemaRef("Subscription")] string Subscription,
    [property: Description("Who did not take them; null where it is not about a vendor.")] string? Vendor,
    [property: SchemaRef("DeadLetterReason")] string Reason,
    [property: Range(1, int.MaxValue)] int Count,
    [property: Description("When the earliest of the decisions in them was made: a Stop among them waits since then.")]
    DateTimeOffset Oldest);

/// <summary>A message that its function, or the bus, gave up.</summary>
internal static class DeadLetterReader
{
    /// <summary>A reason that is none of ours: somebody dead-lettered it by hand.</summary>
    public const string Other = "Other";

    /// <summary>
    /// Ours, then the bus's own
    /// (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues#moving-messages-to-the-dlq).
    /// </summary>
    public static IReadOnlyList<string> Reasons { get; } =
        ["Rejected", "GaveUp", "Malformed", "MaxDeliveryCountExceeded", "TTLExpiredException", "HeaderSizeExceeded", Other];

    public static string Reason(ServiceBusReceivedMessage dead) => Reasons.FirstOrDefault(r => r == dead.DeadLetterReason) ?? Other;

    public static string? Vendor(ServiceBusReceivedMessage dead) =>
        (dead.ApplicationProperties.GetValueOrDefault(Settlement.DeadLetter.RefusedBy) ?? dead.ApplicationProperties.GetValueOrDefault("vendor")) as string;

    public static DateTimeOffset At(ServiceBusReceivedMessage dead) =>
        dead.ApplicationProperties.GetValueOrDefault("at") is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at) ? at : dead.EnqueuedTime;

    /// <summary>The message to send in its place, for its subscription alone.</summary>
    /// <returns>Null when it cannot be read: nobody can know what it says, so it stays for a person to look at.</returns>
    public static IBusMessage? Replay(string subscription, ServiceBusReceivedMessage dead) =>
        subscription == Topology.LinkMail ? Replay<LinkMailRequest>(subscription, dead) : Replay<SubjectMessage>(subscription, dead);

    private static TMessage? Replay<TMessage>(string subscription, ServiceBusReceivedMessage dead)
        where TMessage : class, IBusMessage<TMessage> =>
        TMessage.TryRead(dead, out var message, out _) ? message.ReplayedFor(subscription, dead.SequenceNumber) : null;
}
