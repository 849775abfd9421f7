namespace OptOut.Judge;

/// <summary>Everything that a verdict rests on, as plain records: what was asked and answered, and what was found afterwards.</summary>
internal sealed record Observed
{
    public IReadOnlyList<JournalledAct> Acts { get; init; } = [];

    public IReadOnlyList<SubjectRecord> Subjects { get; init; } = [];

    public IReadOnlyList<ContactRecord> Contacts { get; init; } = [];

    /// <summary>The rows that the bus has not taken yet.</summary>
    public IReadOnlyList<string> Outbox { get; init; } = [];

    public IReadOnlyList<VendorEntry> VendorEntries { get; init; } = [];

    /// <summary>The vendors whose lists were read.</summary>
    public IReadOnlyCollection<string> Vendors { get; init; } = [];

    public IReadOnlyList<Mail> Mails { get; init; } = [];

    public IReadOnlyList<CheckAnswer> Checks { get; init; } = [];

    public IReadOnlyList<Disturbance> Disturbances { get; init; } = [];

    /// <summary>Rows that do not have their documented form, in words.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>The subject key of a customer number, and of the unknown owner of a contact point.</summary>
    public IReadOnlyDictionary<string, string> SubjectOfPerson { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<Contact, string> StandInOf { get; init; } = new Dictionary<Contact, string>();

    /// <summary>
    /// Whether the state of somebody who has the contact point says that this is stopped. Whether it should is judged where states are: a
    /// Stop that was answered before an Allow and stored after it stands, because the Allow had not seen it.
    /// </summary>
    public bool IsStoppedByState(Contact contact, Cell cell) =>
        Subjects.Any(s => s.Contacts.Contains(contact) && Answering.IsStopped(s.State, cell));
}

/// <summary>A subject as it is stored.</summary>
internal sealed record SubjectRecord(
    string Key,
    IReadOnlyList<LedgerLine> Ledger,
    IReadOnlyList<StateEntry> State,
    long HeadSequence,
    string HeadHash,
    IReadOnlyList<Contact> Contacts,
    IReadOnlyList<VendorConfirmation> Confirmations);

/// <summary>An entry of a ledger, with every field that its hash covers.</summary>
internal sealed record LedgerLine(
    long Sequence,
    long Number,
    string Id,
    string SubmissionId,
    string Subject,
    string Scope,
    string Decision,
    long? Seen,
    DateTimeOffset At,
    DateTimeOffset ReceivedAt,
    string Source,
    string SeenOnChannel,
    string SeenOnTopic,
    uint Campaign,
    string Vendor,
    string Reference,
    string By,
    string PreviousHash,
    string Hash)
{
    /// <summary>The number a person is given: the last twelve hex digits of the submission's id, in groups of four.</summary>
    public string SubmissionReference
    {
        get
        {
            var digits = SubmissionId.Replace("-", "", StringComparison.Ordinal)[20..].ToUpperInvariant();
            return $"{digits[..4]}-{digits[4..8]}-{digits[8..]}";
        }
    }

    public bool IsStop => Decision == "Stop";
}

/// <summary>What is known about a scope: its last Stop, and the Allow that had seen most.</summary>
/// <param name="Stop">The number of the Stop; 0 for none.</param>
/// <param name="StopId">The change in the ledger; empty for none.</param>
/// <param name="Seen">What the Allow had seen.</param>
/// <param name="AllowId">The change in the ledger; empty for none.</param>
internal sealed record StateEntry(string Scope, long Stop, string StopId, long Seen, string AllowId);

/// <summary>What a vendor confirmed for a subject.</summary>
/// <param name="Status">Confirmed, Waiting or Rejected.</param>
internal sealed record VendorConfirmation(string Vendor, string Status, string? Reason, DateTimeOffset At = default);

/// <summary>A contact point as it is stored: whose it is, and what may be sent to it.</summary>
/// <param name="Stops">By channel: <c>-</c>, <c>*</c>, <c>a,b</c> or <c>*!a,b</c>.</param>
internal sealed record ContactRecord(Contact Contact, IReadOnlyList<string> Subjects, IReadOnlyDictionary<string, string> Stops);

/// <summary>An entry on a vendor's list.</summary>
internal sealed record VendorEntry(string Vendor, string List, Contact Contact);

/// <summary>A mail that the vendor accepted.</summary>
/// <param name="Subject">The subject key in its link; empty when it has none.</param>
/// <param name="References">The reference numbers that it names.</param>
/// <param name="IsDropped">Whether the vendor dropped it.</param>
internal sealed record Mail(string To, string Subject, IReadOnlyList<string> References, DateTimeOffset At, bool IsDropped);

/// <summary>What <c>GET /api/check</c> answered.</summary>
internal sealed record CheckAnswer(Contact Contact, Cell Cell, bool Allowed);

/// <summary>Something that was broken on purpose.</summary>
/// <param name="Target">functions, storage, bus, vendors or network.</param>
/// <param name="What">What was done, in words.</param>
internal sealed record Disturbance(DateTimeOffset From, DateTimeOffset To, string Target, string What);
