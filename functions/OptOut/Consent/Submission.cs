namespace OptOut.Consent;

/// <summary>What a person does in one go, where it may loosen: whose, when, through which endpoint. Each change of it is written by <see cref="Write"/>.</summary>
internal sealed record Submission(SubjectKey Subject, Guid Id, DateTimeOffset At, Source Source, ChangeEvidence Evidence)
{
    // Preferences dates a Stop with exceptions a millisecond before them, and a tie means Stop: two are room enough.
    private static readonly TimeSpan Room = TimeSpan.FromMilliseconds(2);

    /// <param name="began">When the request came in, before anything was read: a Stop that arrives meanwhile is later, and wins.</param>
    /// <param name="read">What was read then. It counts as before the submission, even where the clock of whoever wrote it runs ahead of ours.</param>
    public static Submission Create(SubjectKey subject, Source source, ChangeEvidence evidence, DateTimeOffset began, ConsentState read)
    {
        var latest = read.Entries.Select(e => e.Value.At + Room).DefaultIfEmpty(began).Max();
        var at = latest > began ? latest : began;
        return new Submission(subject, EventIds.New(at), at, source, evidence);
    }

    /// <param name="before">How much before the moment of the submission the change is dated.</param>
    /// <exception cref="AllowNotPermittedException">An Allow, and the source may not.</exception>
    public Change Write(Scope scope, Decision decision, TimeSpan before) => Change.Create(EventIds.New(At), Subject, scope, decision, At - before, At, Source, Evidence, Id);
}
