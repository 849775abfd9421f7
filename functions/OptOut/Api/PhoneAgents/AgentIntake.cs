using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;

namespace OptOut.Api.PhoneAgents;

/// <summary>Records what a person said on the phone, for everybody who is named by it.</summary>
internal sealed class AgentIntake(IdentifierIntake identifiers, ChangeIntake intake, ConsentStore consent, IdentifierProtector protector, TimeProvider time)
{
    /// <returns>A change for each subject, the customer's first; null when not all of it is durable, so that the caller must come back with the same.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store cannot say whose an identifier is.</exception>
    internal async Task<IReadOnlyList<Change>?> RecordAsync(AgentOptOut optOut, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (at, key) = (optOut.At ?? now, optOut.EventKey(now));
        var changes = new List<Change>();
        if (optOut.CustomerNumber is { } number)
        {
            var subject = protector.SubjectOf(number);
            var stop = Change.Create(EventIds.Derive(key, subject.ToString()), subject, optOut.Scope, Decision.Stop, at, now, Source.PhoneAgent, optOut.Evidence, optOut.SubmissionId);
            if (!(await intake.RecordAsync(stop, AnswerWhen.WaitForVisible)).Durable)
                return null;
            changes.Add(stop);
        }

        foreach (var identifier in optOut.Identifiers)
        {
            var stop = new IdentifierStop(identifier, optOut.Scope, at, Source.PhoneAgent, optOut.Evidence, key, optOut.SubmissionId);
            if (await identifiers.RecordAsync(stop, AnswerWhen.WaitForVisible, cancellationToken) is not { } recorded)
                return null;
            changes.AddRange(recorded);
        }

        return [.. changes.DistinctBy(c => c.Subject)];
    }

    /// <summary>
    /// The ledger's entry that the answer rests on: of this submission, or of the earlier one that stopped the same already. That is where the number leads
    /// that is read out. Null where the store does not have it yet.
    /// </summary>
    internal async Task<Change?> RestsOnAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            if (await consent.FindAsync(change.Subject, change.Id, cancellationToken) is { } own)
                return own.Change;
        }

        var first = changes[0];
        var standing = (await consent.LoadAsync(first.Subject, cancellationToken)).Consent.Entries.FirstOrDefault(e => e.Key == first.Scope && e.Value.Decision == Decision.Stop).Value;
        return standing.EventId == Guid.Empty ? null : (await consent.FindAsync(first.Subject, standing.EventId, cancellationToken))?.Change;
    }
}
