namespace OptOut.Emulators.ServiceBus;

/// <summary>What to serve, where, and whether to remember it.</summary>
internal sealed record EmbeddedServiceBusOptions
{
    /// <summary>The port on 127.0.0.1; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where the journal lives. Null: memory only, everything is gone when the bus stops.</summary>
    public string? DataFolder { get; init; }

    public IReadOnlyList<TopicDefinition> Topics { get; init; } = [];

    public IReadOnlyList<QueueDefinition> Queues { get; init; } = [];

    /// <summary>
    /// Bytes in one message or one batch. 256 KB is the standard tier's limit
    /// (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas).
    /// </summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Locks, schedules, expiry and duplicate windows follow this clock; the client keeps its own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A topic: what is sent to it is copied into every subscription whose rules match.</summary>
internal sealed record TopicDefinition(string Name, IReadOnlyList<SubscriptionDefinition> Subscriptions)
{
    /// <summary>A MessageId seen within this window is accepted and dropped. Null: no duplicate detection.</summary>
    public TimeSpan? DuplicateWindow { get; init; }

    /// <summary>The longest a message may live; a message's own shorter time-to-live wins.</summary>
    public TimeSpan? DefaultTimeToLive { get; init; }
}

internal sealed record SubscriptionDefinition(string Name)
{
    /// <summary>A message is taken when any rule matches. No rules: every message, like Azure's $Default rule.</summary>
    public IReadOnlyList<RuleDefinition> Rules { get; init; } = [];

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxDeliveryCount { get; init; } = 10;

    public bool DeadLetterOnExpiration { get; init; }
}

/// <summary>A queue is a topic with a single, unfiltered subscription at its own address.</summary>
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
/// A SQL filter, for instance <c>Channel = 'email' AND sys.Label LIKE 'change%'</c>. Grammar:
/// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter (the part the README lists).
/// </summary>
internal sealed record SqlRule(string Expression) : RuleDefinition;

/// <summary>Equality on the properties that are set here; what is null or absent is not looked at.</summary>
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
