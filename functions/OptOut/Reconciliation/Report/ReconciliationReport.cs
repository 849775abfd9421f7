using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Records;

namespace OptOut.Reconciliation.Report;

/// <summary>What one invocation of the reconciliation found and did. Subjects appear as subject keys, contact points not at all.</summary>
public sealed record ReconciliationReport
{
    public required Guid RunId { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>The result in one sentence, for a reader in a hurry.</summary>
    public required string Verdict { get; init; }

    public required bool NeedsAttention { get; init; }

    /// <summary>One for each vendor run: a vendor has two when an abandoned run was finished first.</summary>
    public required IReadOnlyList<VendorReport> Vendors { get; init; }

    /// <summary>What is dead-lettered on the bus; null when it could not be counted, and in reports from before it was counted.</summary>
    public IReadOnlyList<DeadLetterGroup>? DeadLetters { get; init; }

    /// <summary>Customer numbers without a contact point; null when they could not be counted, and in older reports.</summary>
    public UnannouncedCount? Unannounced { get; init; }

    /// <summary>The webhook events that nobody understood since the last report; null when they could not be counted.</summary>
    public IReadOnlyList<UnreadEvents>? UnreadEvents { get; init; }

    /// <summary>The result of the mail to the privacy address; null while it is not known.</summary>
    public string? Mail { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.ReconciliationReport);

    /// <exception cref="JsonException">Not such a report.</exception>
    public static ReconciliationReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, ReportJson.Default.ReconciliationReport)
        ?? throw new JsonException("A report is a JSON object, not null.");
}

public enum VendorRunStatus
{
    /// <summary>Every list was read and everybody was checked.</summary>
    Complete,

    /// <summary>Something could not be checked or settled: the counts are correct, but what is missing is unknown.</summary>
    Incomplete,

    /// <summary>Another instance is working on this vendor and will report on it.</summary>
    Busy,
}

/// <summary>One run over one vendor.</summary>
public sealed record VendorReport
{
    public required string Vendor { get; init; }

    public required Channel Channel { get; init; }

    public required VendorRunStatus Status { get; init; }

    /// <summary>Why it is incomplete, without anything personal.</summary>
    public string? Incomplete { get; init; }

    /// <summary>Whether the vendor provides lists. Without lists, only what it confirmed can be checked.</summary>
    public required bool Comparable { get; init; }

    /// <summary>Whether it is a register: it is read, and suppresses; nothing is compared or pushed.</summary>
    public bool Register { get; init; }

    /// <summary>Whether an earlier invocation began it.</summary>
    public bool Resumed { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The report covers opt-outs made after this moment...</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>...and up to this one.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The working time, over all invocations.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Distinct pairs of a list and a contact point on it.</summary>
    public int Entries { get; init; }

    public int Agreement { get; init; }

    public int Undeliverable { get; init; }

    public int Unreadable { get; init; }

    /// <summary>Entries by list.</summary>
    public IReadOnlyDictionary<string, int> Lists { get; init; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Newly suppressed because of an entry: in a register, or of an address that bounced.</summary>
    public int Suppressed { get; init; }

    /// <summary>No longer suppressed, because the entry is gone.</summary>
    public int Lifted { get; init; }

    /// <summary>The same, but still suppressed, because the list may be incomplete.</summary>
    public int LiftsWithheld { get; init; }

    /// <summary>Contact points in a register that we know too.</summary>
    public int Known { get; init; }

    /// <summary>Stopped at the vendor and not here: recorded here as a Stop.</summary>
    public int Recorded { get; init; }

    /// <summary>Stopped at the vendor, but the person has since asked for mail again: removed there.</summary>
    public int Removed { get; init; }

    /// <summary>The same, but over the limit of one run: left stopped.</summary>
    public int Withheld { get; init; }

    /// <summary>The same, on a list of the vendor's own that we do not keep: left as it is.</summary>
    public int NotOurs { get; init; }

    public int RemovalsFailed { get; init; }

    /// <summary>Contact points with something stopped on this channel.</summary>
    public int Stopped { get; init; }

    /// <summary>Stopped here and not at the vendor: pushed again, and confirmed.</summary>
    public int PushedAgain { get; init; }

    public int PushesFailed { get; init; }

    /// <summary>Stopped, or confirmed, after the lists were read: the next run checks them.</summary>
    public int TooNew { get; init; }

    /// <summary>Null when nobody opted out in the period covered.</summary>
    public TimeToStop? TimeToStop { get; init; }

    /// <summary>Contact points the vendor has not confirmed, by reason.</summary>
    public IReadOnlyDictionary<string, int> Failures { get; init; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Lists that could not be read, and why.</summary>
    public IReadOnlyDictionary<string, string> UnreadLists { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What someone should look into although nothing failed.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    public IReadOnlyList<SubjectNote> Subjects { get; init; } = [];

    /// <summary>How many more subjects there are than are listed.</summary>
    public int SubjectsLeftOut { get; init; }

    /// <summary>Whether someone must act before every opt-out is honoured here.</summary>
    [JsonIgnore]
    public bool NeedsAttention =>
        Status == VendorRunStatus.Incomplete || UnreadLists.Count > 0 || Failures.Count > 0 || RemovalsFailed > 0 || PushesFailed > 0
            || NeedsReading || Withheld > 0 || Notices.Count > 0;

    /// <summary>
    /// Whether the unreadable entries need attention. Those of a vendor always do; a register of a million always has some lines that are
    /// not phone numbers.
    /// </summary>
    [JsonIgnore]
    public bool NeedsReading => Register ? (long)Unreadable * ExternalSuppressionPhase.UnreadableShare > Entries : Unreadable > 0;
}

public enum SubjectEvent
{
    StopRecorded,
    EntryRemoved,
    PushedAgain,
    NotConfirmed,
}

/// <param name="Subject">The subject key.</param>
public sealed record SubjectNote(string Subject, SubjectEvent Event);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReconciliationReport))]
[JsonSerializable(typeof(VendorReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
