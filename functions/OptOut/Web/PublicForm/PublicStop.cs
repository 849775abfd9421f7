using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;

namespace OptOut.Web.PublicForm;

/// <summary>Stops everything for whoever a form names: by contact points, known to us or not, and by the code of a letter.</summary>
internal sealed class PublicStop(IdentifierIntake identifiers, ChangeIntake intake, TopicCatalogue catalogue, TimeProvider time)
{
    /// <param name="typed">The contact points.</param>
    /// <param name="code">What the code stands for; null when none was typed.</param>
    /// <returns>The one submission it is recorded as; null when not all of it is durable.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store cannot say whose a contact point is: not all is recorded.</exception>
    internal async Task<RecordedPublicStop?> RecordAsync(IReadOnlyList<Identifier> typed, CodeEntry? code, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var submissionId = EventIds.New(now);
        var key = submissionId.ToString("N");
        var evidence = code is null ? ChangeEvidence.None : new ChangeEvidence(code.Channel, catalogue.Find(code.TopicId), code.Campaign);

        // The answer waits for what is durable and not for the store to show it: how long that takes depends on how much we know of somebody.
        if (code?.Subject is { } subject)
        {
            var stop = Change.Create(EventIds.Derive(key, subject.ToString()), subject, Scope.Everything, Decision.Stop, now, now, Source.PrintedCode, evidence, submissionId);
            if (!(await intake.RecordAsync(stop, AnswerWhen.WaitForDurable)).Durable)
                return null;
        }

        foreach (var identifier in typed)
        {
            var stop = new IdentifierStop(identifier, Scope.Everything, now, Source.PublicPage, evidence, key, submissionId);
            if (await identifiers.RecordAsync(stop, AnswerWhen.WaitForDurable, cancellationToken) is null)
                return null;
        }

        return new RecordedPublicStop(submissionId, now);
    }
}

/// <summary>What a person did in one go, and when.</summary>
internal sealed record RecordedPublicStop(Guid Id, DateTimeOffset At);
