using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;

namespace OptOut.Web.PublicForm;

/// <summary>
/// Stops everything for the people that a form names: by contact points, known to us or not, and by the code of a letter.
/// </summary>
internal sealed class PublicStop(IdentifierIntake identifiers, ChangeIntake intake, TopicCatalogue catalogue, TimeProvider time)
{
    /// <param name="typed">The contact points that were typed.</param>
    /// <param name="code">The entry of the code that was typed; null when none was typed.</param>
    /// <returns>The submission that was recorded; null when not all of it is durable.</returns>
    internal async Task<RecordedPublicStop?> RecordAsync(
        IReadOnlyList<Identifier> typed, CodeEntry? code)
    {
        var now = time.GetUtcNow();
        var submissionId = EventIds.New(now);
        var key = submissionId.ToString("N");
        var evidence = code is null ? ChangeEvidence.None : new ChangeEvidence(code.Channel, catalogue.Find(code.TopicId), code.Campaign);

        // The response waits until the Stop is durable, not until the store shows it: how long that takes depends on how much
        // we know about the person.
        if (code?.Subject is { } subject)
        {
            var stop = Change.Create(
                EventIds.Of(EventIds.Derive(key), subject),
                subject,
                Scope.Everything,
                Decision.Stop,
                now,
                now,
                Source.PrintedCode,
                evidence,
                submissionId);
            if (!(await intake.RecordAsync(stop, WaitFor.Durable)).Durable)
                return null;
        }

        foreach (var identifier in typed)
        {
            var stop = new IdentifierStop(identifier, Scope.Everything, now, Source.PublicPage, evidence, key, submissionId);
            if (await identifiers.RecordAsync(stop, WaitFor.Durable) is null)
                return null;
        }

        return new RecordedPublicStop(submissionId, now);
    }
}

/// <summary>The id and the time of a submission that was recorded.</summary>
internal sealed record RecordedPublicStop(Guid Id, DateTimeOffset At);
