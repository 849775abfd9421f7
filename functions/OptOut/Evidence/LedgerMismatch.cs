using System.Text.Json.Serialization;

namespace OptOut.Evidence;

/// <summary>The kinds of what can be wrong. The words of the metric and the report.</summary>
internal enum MismatchKind
{
    /// <summary>An entry is not the one that was anchored, or its hash is not that of what it says.</summary>
    [JsonStringEnumMemberName("altered")]
    Altered,

    /// <summary>An entry that was anchored is gone.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>The row that answers "may I send" does not follow from the ledger.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>An anchor is missing or altered, or none is made.</summary>
    [JsonStringEnumMemberName("anchor")]
    Anchor,
}

/// <param name="What">For whoever looks into it. Nothing personal.</param>
/// <param name="Subject">The subject key; null where an anchor is meant.</param>
/// <param name="Sequence">The entry of the ledger from which on it cannot be believed; or the number of the anchor.</param>
internal sealed record LedgerMismatch(MismatchKind Kind, string What, string? Subject, long Sequence);
