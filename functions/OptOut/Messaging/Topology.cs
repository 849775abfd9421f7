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
    public const string VendorRetry = "vendor-retry";
    public const string LinkMail = "link-mail";

    public const int MaxDeliveryCount = 10;

    /// <summary>How long the bus remembers message ids, so that a message published twice is delivered once.</summary>
    public static TimeSpan DuplicateWindow { get; } = TimeSpan.FromMinutes(10);

    public static TimeSpan LockDuration { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A change goes to <c>apply</c>, which stores it and passes it on to the subscriptions that have something to do: those messages, and
    /// everything that is sent again for one subscription, have the property <c>only</c>. News of a subject's contact points goes to every
    /// channel. What one vendor could not take goes to <c>vendor-retry</c>, so that it holds up no channel.
    /// </summary>
    public static IReadOnlyList<SubscriptionDefinition> Subscriptions { get; } =
    [
        new(Apply, $"sys.Label = '{SubjectMessage.ChangeLabel}' AND (only IS NULL OR only = '{Apply}')"),
        .. Channels.All.Select(c => new SubscriptionDefinition(
            c.Name(), $"only = '{c.Name()}' OR (only IS NULL AND sys.Label = '{SubjectMessage.UpdateLabel}')")),
        new(Confirmation, $"only = '{Confirmation}'"),
        new(VendorRetry, $"only = '{VendorRetry}'"),
        new(LinkMail, $"sys.Label = '{LinkMailRequest.Label}'"),
    ];
}
