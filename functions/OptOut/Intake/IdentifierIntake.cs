using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>A Stop for an identifier rather than for a person we know: from a vendor, a form, a list.</summary>
/// <param name="EventKey">The same whenever the same thing is reported again.</param>
/// <param name="SubmissionId">What the person did in one go, where that was more than this; null makes each event its own.</param>
internal sealed record IdentifierStop(Identifier Identifier, Scope Scope, DateTimeOffset At, Source Source, ChangeEvidence Evidence, string EventKey, Guid? SubmissionId = null);

/// <summary>
/// Records a Stop for whoever an identifier belongs to: everybody who has it, or, while nobody is known to, a subject that stands
/// in for its owner. A Stop is safe, so one for an address we never heard of is kept all the same.
/// </summary>
internal sealed class IdentifierIntake(ChangeIntake intake, IdentifierIndex index, ProfileStore profiles, IdentifierProtector protector, TimeProvider time)
{
    /// <returns>The events recorded; null when not all of them are durable, so that the caller must come back with the same key.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store cannot say whose identifier it is.</exception>
    public async Task<IReadOnlyList<Change>?> RecordAsync(IdentifierStop stop, AnswerWhen when, CancellationToken cancellationToken)
    {
        var subjects = await index.SubjectsAsync(stop.Identifier, cancellationToken);
        if (subjects.Count == 0)
        {
            var standIn = protector.SubjectOf(stop.Identifier);
            await profiles.SaveAsync(standIn, [stop.Identifier], language: null, cancellationToken);
            subjects = [standIn];
        }

        var changes = new List<Change>();
        foreach (var subject in subjects)
        {
            var change = Change.Create(
                EventIds.Derive(stop.EventKey, subject.ToString()), subject, stop.Scope, Decision.Stop, stop.At, time.GetUtcNow(), stop.Source, stop.Evidence, stop.SubmissionId);
            if (!(await intake.RecordAsync(change, when)).Durable)
                return null;
            changes.Add(change);
        }

        return changes;
    }
}
