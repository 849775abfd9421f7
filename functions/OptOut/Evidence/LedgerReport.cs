using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Evidence;

/// <summary>What one nightly verification found. Subjects appear as subject keys.</summary>
internal sealed record LedgerReport
{
    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>The result in one sentence, for a reader in a hurry.</summary>
    public required string Verdict { get; init; }

    /// <summary>How many anchors there are.</summary>
    public required int Anchors { get; init; }

    /// <summary>How many of them were read and compared with the one before.</summary>
    public required int AnchorsRead { get; init; }

    /// <summary>The newest one. Anyone who keeps this line elsewhere can check every anchor up to it.</summary>
    public AnchorDigest? Newest { get; init; }

    /// <summary>Heads in the anchors of the last day and of an older one.</summary>
    public required long Heads { get; init; }

    /// <summary>How many of them were compared with their ledgers.</summary>
    public required int HeadsVerified { get; init; }

    public required int Subjects { get; init; }

    /// <summary>How many mismatches there are of each kind, zeros included.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>The first 200.</summary>
    public required IReadOnlyList<LedgerMismatch> Mismatches { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, LedgerReportJson.Default.LedgerReport);

    /// <exception cref="JsonException">Not such a report.</exception>
    public static LedgerReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, LedgerReportJson.Default.LedgerReport)
        ?? throw new JsonException("A report is a JSON object, not null.");
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LedgerReport))]
internal sealed partial class LedgerReportJson : JsonSerializerContext;
