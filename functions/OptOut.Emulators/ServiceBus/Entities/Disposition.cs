namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>What a receiver decides about a message it holds.</summary>
internal abstract record Disposition
{
    public IReadOnlyDictionary<string, object?> Changes { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}

internal sealed record Complete : Disposition;

internal sealed record Abandon : Disposition;

internal sealed record Defer : Disposition;

/// <summary>Given back unread, as the client does with prefetched messages it never showed: the delivery does not count.</summary>
internal sealed record Release : Disposition;

internal sealed record Dead(string? Reason, string? Description) : Disposition;

internal enum DispositionResult
{
    Done,

    /// <summary>The lock had expired, or never was. The message is, or will be, someone else's.</summary>
    LockLost,

    /// <summary>A dead letter cannot be dead-lettered again.</summary>
    NotAllowed,
}
