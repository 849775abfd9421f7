namespace OptOut.Consent;

/// <summary>
/// A submission that may contain Allows: whose it is, when it was made, through which endpoint, and which state the person had in front of
/// them. <see cref="CreateChange"/> creates each of its changes.
/// </summary>
/// <param name="Seen">The number of that state.</param>
internal sealed record Submission(SubjectKey Subject, Guid Id, DateTimeOffset At, Source Source, ChangeEvidence Evidence, long Seen)
{
    public static Submission Create(SubjectKey subject, Source source, ChangeEvidence evidence, DateTimeOffset now, long seen) =>
        new(subject, EventIds.New(now), now, source, evidence, seen);

    /// <exception cref="AllowNotPermittedException">The change is an Allow, and the source may not allow.</exception>
    public Change CreateChange(Scope scope, Decision decision) => Change.Create(
        EventIds.New(At), Subject, scope, decision, At, At, Source, Evidence, Id, decision == Decision.Allow ? Seen : null);
}
