using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Delivery;

namespace OptOut.Reconciliation.Report;

/// <summary>What one start of the reconciliation found and did. Subjects stand in it as subject keys, contact points not at all.</summary>
public sealed record ReconciliationReport
{
    public required Guid RunId { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>The one sentence that a reader in a hurry takes away.</summary>
    public required string Verdict { get; init; }

    public required bool NeedsAttention { get; init; }

    /// <summary>One for each vendor run: two of one vendor where an abandoned run was finished first.</summary>
    public required IReadOnlyList<VendorReport> Vendors { get; init; }

    /// <summary>What is dead-lettered on the bus; null when it could not be counted, and in reports from before it was.</summary>
    public IReadOnlyList<DeadLetterGroup>? DeadLetters { get; init; }

    /// <summary>What became of the mail to the privacy address; null while it is not known.</summary>
    public string? Mail { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.ReconciliationReport);

    /// <exception cref="JsonException">Not such a report.</exception>
    public static ReconciliationReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, ReportJson.Default.ReconciliationReport) ?? throw new JsonException("A report is a JSON object, not null.");
}

public enum VendorRunStatus
{
    /// <summary>Every list was read and everybody looked at.</summary>
    Complete,

    /// <summary>Something could not be looked at or settled: what is counted is true, what is missing is unknown.</summary>
    Incomplete,

    /// <summary>Another start is at work on this vendor; its own report tells.</summary>
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

    /// <summary>Whether the vendor gives out lists. Without, all that can be checked is what it confirmed.</summary>
    public required bool Comparable { get; init; }

    /// <summary>Whether it is a register: it is read, and denies; nothing is compared or pushed.</summary>
    public bool Register { get; init; }

    /// <summary>Whether an earlier start began it.</summary>
    public bool Resumed { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The opt-outs looked at were made after this moment...</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>...and up to this one.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Time at work, over all starts.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Distinct pairs of a list and a contact point on it.</summary>
    public int Entries { get; init; }

    public int Agreement { get; init; }

    public int Undeliverable { get; init; }

    public int Unreadable { get; init; }

    /// <summary>Entries by list.</summary>
    public IReadOnlyDictionary<string, int> Lists { get; init; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Newly denied because of an entry: who was registered, or an address that bounced.</summary>
    public int Suppressed { get; init; }

    /// <summary>Denied no longer, because the entry is gone.</summary>
    public int Lifted { get; init; }

    /// <summary>The same, but denied still, because the list may not be whole.</summary>
    public int LiftsWithheld { get; init; }

    /// <summary>Of a register: contact points that we know.</summary>
    public int Known { get; init; }

    /// <summary>The vendor stopped and we did not: recorded here as a Stop.</summary>
    public int Recorded { get; init; }

    /// <summary>The vendor stopped, and the person has asked for mail since: removed there.</summary>
    public int Removed { get; init; }

    /// <summary>The same, but over the limit of one run: left stopped.</summary>
    public int Withheld { get; init; }

    /// <summary>The same, on a list of the vendor's own that we do not keep: left as it is.</summary>
    public int NotOurs { get; init; }

    public int RemovalsFailed { get; init; }

    /// <summary>Contact points with something stopped on this channel.</summary>
    public int Stopped { get; init; }

    /// <summary>We stop and the vendor does not: pushed again, and confirmed.</summary>
    public int PushedAgain { get; init; }

    public int PushesFailed { get; init; }

    /// <summary>Stopped, or confirmed, after the lists were read: the next run looks at them.</summary>
    public int TooNew { get; init; }

    /// <summary>Null when nobody opted out in the time looked at.</summary>
    public TimeToStop? TimeToStop { get; init; }

    /// <summary>Contact points the vendor has not confirmed, by reason.</summary>
    public IReadOnlyDictionary<string, int> Failures { get; init; } = new SortedDictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Lists that could not be read, and why.</summary>
    public IReadOnlyDictionary<string, string> UnreadLists { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What a person should look at though nothing failed.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    public IReadOnlyList<SubjectNote> Subjects { get; init; } = [];

    /// <summary>How many more subjects there are than are listed.</summary>
    public int SubjectsLeftOut { get; init; }

    /// <summary>Whether a person has to do something before every opt-out is honoured here.</summary>
    [JsonIgnore]
    public bool NeedsAttention => Status == VendorRunStatus.Incomplete || UnreadLists.Count > 0 || Failures.Count > 0 || RemovalsFailed > 0 || PushesFailed > 0
        || NeedsReading || Withheld > 0 || Notices.Count > 0;

    /// <summary>
    /// Whether what could not be read is worth a look: an entry of a vendor's always is; a register of a million has lines that no telephone can dial.
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

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReconciliationReport))]
[JsonSerializable(typeof(VendorReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
