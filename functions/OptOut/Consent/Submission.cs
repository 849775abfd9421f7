namespace OptOut.Consent;

/// <summary>
/// A submission that may contain Allows: whose it is, when it was made and through which endpoint. <see cref="CreateChange"/>
/// creates each of its changes.
/// </summary>
internal sealed record Submission(SubjectKey Subject, Guid Id, DateTimeOffset At, Source Source, ChangeEvidence Evidence)
{
    // Preferences dates a Stop one millisecond before its exceptions, and a tie means Stop, so two milliseconds are enough.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(2);

    /// <param name="began">When the request was received, before the state was read. A Stop that arrives later is newer and wins.</param>
    /// <param name="read">The state that was read. The submission is dated after it, even if the clock of its
    /// writer is ahead of ours.</param>
    public static Submission Create(SubjectKey subject, Source source, ChangeEvidence evidence, DateTimeOffset began, ConsentState read)
    {
        var latest = read.Entries.Select(e => e.Value.At + Margin).DefaultIfEmpty(began).Max();
        var at = latest > began ? latest : began;
        return new Submission(subject, EventIds.New(at), at, source, evidence);
    }

    /// <param name="before">How far to date the change before the submission.</param>
    /// <exception cref="AllowNotPermittedException">The change is an Allow, and the source may not allow.</exception>
    public Change CreateChange(Scope scope, Decision decision, TimeSpan before) =>
        Change.Create(EventIds.New(At), Subject, scope, decision, At - before, At, Source, Evidence, Id);
}
