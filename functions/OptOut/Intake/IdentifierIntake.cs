using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>A Stop for an identifier rather than for a known person: from a vendor, a form or a list.</summary>
/// <param name="EventKey">Stays the same when the same event is reported again.</param>
/// <param name="SubmissionId">The submission, if it contains more than this Stop; null makes each event a submission of its own.</param>
internal sealed record IdentifierStop(
    Identifier Identifier,
    Scope Scope,
    DateTimeOffset At,
    Source Source,
    ChangeEvidence Evidence,
    string EventKey,
    Guid? SubmissionId = null)
{
    /// <summary>The change of one subject that has the identifier. The same event gives it the same id each time.</summary>
    public Change For(SubjectKey subject, DateTimeOffset now) => Change.Create(
        EventIds.Derive(EventKey, subject.ToString()), subject, Scope, Decision.Stop, At, now, Source, Evidence, SubmissionId);
}

/// <summary>
/// Records a Stop for every subject that has an identifier, or, if none is known, for a stand-in subject of its unknown owner. A Stop is
/// always safe, so one for an unknown address is recorded as well.
/// </summary>
internal sealed class IdentifierIntake(
    ChangeIntake intake, IdentifierIndex index, ProfileStore profiles, IdentifierProtector protector, TimeProvider time)
{
    /// <returns>The recorded changes; null if not all of them are durable, in which case the caller must retry with the same key.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store is unavailable, so the subjects of the identifier
    /// are not known.</exception>
    public async Task<IReadOnlyList<Change>?> RecordAsync(IdentifierStop stop, WaitFor when, CancellationToken cancellationToken)
    {
        var subjects = await index.SubjectsAsync(stop.Identifier, cancellationToken);
        if (subjects.Count == 0)
        {
            var standIn = protector.SubjectOf(stop.Identifier);
            await profiles.SaveAsync(standIn, [stop.Identifier], language: null, cancellationToken);
            subjects = [standIn];
        }

        Change[] changes = [.. subjects.Select(subject => stop.For(subject, time.GetUtcNow()))];

        // They all write the row of the same contact point, so they take turns.
        var turn = changes.Length > 1 ? protector.Hash(stop.Identifier).ToString() : null;

        // Everybody's Stop is durable before the store, which takes longer, has the first one.
        var recorded = await Task.WhenAll(changes.Select(change => intake.RecordAsync(change, WaitFor.Durable, turn)));
        if (!Array.TrueForAll(recorded, r => r.Durable))
            return null;
        if (when == WaitFor.Visible)
            await intake.StoreAsync(changes.Select(change => (IReadOnlyList<Change>)[change]));
        return changes;
    }
}
