using OptOut.Consent;

namespace OptOut.Tests.Consent;

/// <summary>State and ledger of one subject, as the store keeps them: it knows the id of every change in the ledger.</summary>
internal sealed record RecordedSubject(SubjectState State, IReadOnlyList<LedgerEntry> Ledger)
{
    public static RecordedSubject Nothing { get; } = new(SubjectState.Start(Generated.Subject), []);

    public ConsentState Consent => State.Consent;

    /// <summary>Takes each change as a submission of its own. Nobody can have seen more than there was.</summary>
    public static RecordedSubject Of(IEnumerable<Change> changes) => changes.Aggregate(
        Nothing, (subject, change) => subject.Take(change with { Seen = change.Seen is { } seen ? Math.Min(seen, subject.State.Number) : null }));

    public RecordedSubject Take(params IEnumerable<Change> submission) => TakeAll(submission).Subject;

    public (RecordedSubject Subject, Taken Taken) TakeAll(IEnumerable<Change> submission)
    {
        var known = Ledger.Select(e => e.Change.Id).ToHashSet();
        var taken = State.Take(submission.Where(c => !known.Contains(c.Id)));
        return (new RecordedSubject(taken.State, [.. Ledger, .. taken.Entries]), taken);
    }
}
