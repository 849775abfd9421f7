using OptOut.Consent;

namespace OptOut.Messaging;

/// <param name="Name">The subscription.</param>
/// <param name="Filter">Its SQL filter on the message's Subject (<c>sys.Label</c>) and application properties.</param>
internal sealed record SubscriptionDefinition(string Name, string Filter);

/// <summary>The names on the bus. Tests verify that the functions, the one-machine bus and the templates use the same names.</summary>
internal static class Topology
{
    /// <summary>The setting with the bus's connection string, or the section with <c>fullyQualifiedNamespace</c>.</summary>
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

    /// <summary>How long the bus remembers message ids, so that a message published twice is delivered once.</summary>
    public static TimeSpan DuplicateWindow { get; } = TimeSpan.FromMinutes(10);

    public static TimeSpan LockDuration { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A message sent again for one subscription has the property <c>only</c>; a message sent the first time goes to every subscription
    /// that it concerns. A link request has no <c>channel</c>, so a channel's filter evaluates to unknown and does not match it.
    /// </summary>
    public static IReadOnlyList<SubscriptionDefinition> Subscriptions { get; } =
    [
        new(Apply, $"sys.Label = '{SubjectMessage.ChangeLabel}' AND (only IS NULL OR only = '{Apply}')"),
        .. Channels.All.Select(c => new SubscriptionDefinition(
            c.Name(), $"(only IS NULL OR only = '{c.Name()}') AND (channel = '*' OR channel = '{c.Name()}')")),
        new(Confirmation, $"sys.Label = '{SubjectMessage.ChangeLabel}' AND (only IS NULL OR only = '{Confirmation}')"),
        new(LinkMail, $"sys.Label = '{LinkMailRequest.Label}'"),
    ];
}
