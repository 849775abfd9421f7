namespace OptOut.Emulators.ServiceBus;

/// <summary>The port, topology and storage of an <see cref="EmbeddedServiceBus"/>.</summary>
internal sealed record EmbeddedServiceBusOptions
{
    /// <summary>The port on 127.0.0.1; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>The folder of the journal. Null: memory only; all messages are lost when the bus stops.</summary>
    public string? DataFolder { get; init; }

    public IReadOnlyList<TopicDefinition> Topics { get; init; } = [];

    public IReadOnlyList<QueueDefinition> Queues { get; init; } = [];

    /// <summary>
    /// The maximum size of one message or one batch, in bytes. 256 KB is the standard tier's limit
    /// (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas).
    /// </summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Used for locks, schedules, expiry and duplicate windows. The client uses its own clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A topic: each message is copied to every subscription whose rules match.</summary>
internal sealed record TopicDefinition(string Name, IReadOnlyList<SubscriptionDefinition> Subscriptions)
{
    /// <summary>
    /// A message whose MessageId was already seen within this window is accepted and dropped. Null: no duplicate detection.
    /// </summary>
    public TimeSpan? DuplicateWindow { get; init; }

    /// <summary>The maximum time-to-live of a message; a shorter time-to-live of the message itself takes precedence.</summary>
    public TimeSpan? DefaultTimeToLive { get; init; }
}

internal sealed record SubscriptionDefinition(string Name)
{
    /// <summary>A message is accepted if any rule matches. Without rules, every message is accepted, like Azure's $Default rule.</summary>
    public IReadOnlyList<RuleDefinition> Rules { get; init; } = [];

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxDeliveryCount { get; init; } = 10;

    public bool DeadLetterOnExpiration { get; init; }
}

/// <summary>A queue: a topic with a single, unfiltered subscription at its own address.</summary>
internal sealed record QueueDefinition(string Name)
{
    public TimeSpan? DuplicateWindow { get; init; }

    public TimeSpan? DefaultTimeToLive { get; init; }

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxDeliveryCount { get; init; } = 10;

    public bool DeadLetterOnExpiration { get; init; }
}

/// <summary>One rule of a subscription.</summary>
internal abstract record RuleDefinition;

/// <summary>
/// A SQL filter, for example <c>Channel = 'email' AND sys.Label LIKE 'change%'</c>. Grammar:
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter (the part the README lists).
/// </summary>
internal sealed record SqlRule(string Expression) : RuleDefinition;

/// <summary>Compares the properties that are set here for equality; null or absent properties are ignored.</summary>
internal sealed record CorrelationRule : RuleDefinition
{
    public string? MessageId { get; init; }

    public string? CorrelationId { get; init; }

    public string? To { get; init; }

    public string? ReplyTo { get; init; }

    public string? Subject { get; init; }

    public string? SessionId { get; init; }

    public string? ReplyToSessionId { get; init; }

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);
}
