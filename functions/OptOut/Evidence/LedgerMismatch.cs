using System.Text.Json.Serialization;

namespace OptOut.Evidence;

/// <summary>What can be wrong. The metric and the report use these names.</summary>
internal enum MismatchKind
{
    /// <summary>An entry is not the one that was anchored, or its hash does not match its content.</summary>
    [JsonStringEnumMemberName("altered")]
    Altered,

    /// <summary>An entry that was anchored is gone.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>The row that answers "may I send" does not follow from the ledger.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>An anchor is missing or altered, or no anchors are being made.</summary>
    [JsonStringEnumMemberName("anchor")]
    Anchor,
}

/// <param name="What">What is wrong, for the person who looks into it. Contains nothing personal.</param>
/// <param name="Subject">The subject key; null when the mismatch is in an anchor.</param>
/// <param name="Sequence">The first entry of the ledger that cannot be trusted; or the number of the anchor.</param>
internal sealed record LedgerMismatch(MismatchKind Kind, string What, string? Subject, long Sequence);
