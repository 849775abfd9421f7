using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;

namespace OptOut.Api.PhoneAgents;

/// <summary>Records a Stop made on the phone, for everyone it names.</summary>
internal sealed class AgentIntake(
    IdentifierIntake identifiers, ChangeIntake intake, ConsentStore consent, IdentifierProtector protector, TimeProvider time)
{
    /// <returns>
    /// A change for each subject, the customer's first; while the store does not answer, that of the subject which stands for an identifier's
    /// owner. Null when not all of it is durable and the caller must send the same request again.
    /// </returns>
    internal async Task<IReadOnlyList<Change>?> RecordAsync(AgentOptOut optOut)
    {
        var now = time.GetUtcNow();
        var (at, key) = (optOut.At ?? now, optOut.EventKey(now));
        var changes = new List<Change>();
        if (optOut.CustomerNumber is { } number)
        {
            var subject = protector.SubjectOf(number);
            var stop = Change.Create(
                EventIds.Of(EventIds.Derive(key), subject),
                subject,
                optOut.Scope,
                Decision.Stop,
                at,
                now,
                Source.PhoneAgent,
                optOut.Evidence,
                optOut.SubmissionId);
            if (!(await intake.RecordAsync(stop, WaitFor.Visible)).Durable)
                return null;
            changes.Add(stop);
        }

        foreach (var identifier in optOut.Identifiers)
        {
            var stop = new IdentifierStop(identifier, optOut.Scope, at, Source.PhoneAgent, optOut.Evidence, key, optOut.SubmissionId);
            if (await identifiers.RecordAsync(stop, WaitFor.Visible) is not { } recorded)
                return null;
            changes.AddRange(recorded);
        }

        return [.. changes.DistinctBy(c => c.Subject)];
    }

    /// <summary>
    /// Finds the ledger entry behind the answer: the one of this submission, or of an earlier one that already stopped the same. The agent
    /// reads out its reference number. Null if the store does not have it yet.
    /// </summary>
    internal async Task<Change?> FindDecidingAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            if (await consent.FindAsync(change.Subject, change.Id, cancellationToken) is { } own)
                return own.Change;
        }

        var first = changes[0];
        var state = (await consent.LoadAsync(first.Subject, cancellationToken)).Consent;
        return state.Entry(first.Scope).Stop is { } standing
            ? (await consent.FindAsync(first.Subject, standing.Id, cancellationToken))?.Change
            : null;
    }
}
