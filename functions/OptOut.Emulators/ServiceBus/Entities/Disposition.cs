namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The disposition with which a receiver settles a locked message.</summary>
internal abstract record Disposition
{
    public IReadOnlyDictionary<string, object?> Changes { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}

internal sealed record Complete : Disposition;

internal sealed record Abandon : Disposition;

internal sealed record Defer : Disposition;

/// <summary>Released unread, as the client does with prefetched messages that it never delivered: the delivery does not count.</summary>
internal sealed record Release : Disposition;

internal sealed record DeadLetter(string? Reason, string? Description) : Disposition;

internal enum DispositionResult
{
    Done,

    /// <summary>The lock expired or never existed. The message goes, or has gone, to another receiver.</summary>
    LockLost,

    /// <summary>A dead letter cannot be dead-lettered again.</summary>
    NotAllowed,
}
