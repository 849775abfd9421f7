using OptOut.Consent;

namespace OptOut.Messaging;

/// <param name="Name">The subscription.</param>
/// <param name="Filter">Its SQL filter, over the message's Subject (<c>sys.Label</c>) and application properties.</param>
internal sealed record SubscriptionDefinition(string Name, string Filter);

/// <summary>The names on the bus, stated once: the functions, the one-machine bus and the templates are held to them.</summary>
internal static class Topology
{
    /// <summary>The setting that holds the bus's connection string, or the section that holds <c>fullyQualifiedNamespace</c>.</summary>
    public const string Connection = "ServiceBus";

    public const string BusTopic = "consent-changes";
    public const string Apply = "apply";
    public const string Email = "email";
    public const string Sms = "sms";
    public const string Phone = "phone";
    public const string Post = "post";
    public const string Confirmation = "confirmation";
    public const string LinkMail = "link-mail";

    public const int MaxDeliveryCount = 10;

    /// <summary>How long the bus remembers message ids, so that what is published twice arrives once.</summary>
    public static TimeSpan DuplicateWindow { get; } = TimeSpan.FromMinutes(10);

    public static TimeSpan LockDuration { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A message sent again for one subscription carries <c>only</c>; the first sending of a change goes to all it concerns. A request for a link
    /// has no <c>channel</c>, so that a channel's filter is unknown for it and does not take it.
    /// </summary>
    public static IReadOnlyList<SubscriptionDefinition> Subscriptions { get; } =
    [
        new(Apply, $"sys.Label = '{SubjectMessage.ChangeLabel}' AND (only IS NULL OR only = '{Apply}')"),
        .. Channels.All.Select(c => new SubscriptionDefinition(c.Name(), $"(only IS NULL OR only = '{c.Name()}') AND (channel = '*' OR channel = '{c.Name()}')")),
        new(Confirmation, $"sys.Label = '{SubjectMessage.ChangeLabel}' AND (only IS NULL OR only = '{Confirmation}')"),
        new(LinkMail, $"sys.Label = '{LinkMailRequest.Label}'"),
    ];
}
