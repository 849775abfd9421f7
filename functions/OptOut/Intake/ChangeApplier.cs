using OptOut.Consent;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>What the store made of changes.</summary>
/// <param name="Permissions">The current permission of each of the subject's contact points.</param>
internal sealed record Applied(Taken Taken, IReadOnlyList<IdentifierPermission> Permissions);

/// <summary>Makes sure that the store has the changes of a submission and that the identifiers reflect them. Idempotent.</summary>
internal sealed class ChangeApplier(
    ConsentStore consent, IdentifierIndex index, ReferenceIndex references, LedgerHeads heads, UnannouncedSubjects unannounced)
{
    /// <summary>
    /// The projection runs even if the ledger already has the changes: their writer may have crashed before projecting them.
    /// </summary>
    public async Task<Applied> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Apply(changes[0].Subject);
        var taken = await consent.ApplyAsync(changes, cancellationToken);
        var permissions = await index.ProjectAsync(changes[0].Subject, cancellationToken);
        if (permissions.Count == 0)
            await unannounced.NoteChangeAsync(changes[0].Subject, cancellationToken);

        // Do not leave this to the bus handler alone. A Stop that was a repeat when its message was handled may still grow the ledger here,
        // if an Allow arrived in between.
        if (taken.Entries.Count > 0)
        {
            await heads.NoteAsync(changes[0].Subject, cancellationToken);
            await NoteReferenceAsync(changes[0], taken, cancellationToken);
        }

        return new Applied(taken, permissions);
    }

    /// <summary>
    /// The same, and everything that a writer which died after its transaction left undone: the ledger's head for the anchors, and the row by
    /// which the submission is found.
    /// </summary>
    public async Task<Applied> ApplyCompletelyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var applied = await ApplyAsync(changes, cancellationToken);
        if (applied.Taken.Entries.Count == 0)
        {
            await heads.NoteAsync(changes[0].Subject, cancellationToken);
            await NoteReferenceAsync(changes[0], applied.Taken, cancellationToken);
        }

        return applied;
    }

    private async Task NoteReferenceAsync(Change change, Taken taken, CancellationToken cancellationToken)
    {
        var submission = change.SubmissionId;
        if (taken.State.Repeats.Any(r => r.Change.Id == change.Id))
        {
            // Its number may have been handed out within a minute of another one. It leads to what stands.
            if (!change.Source.HandsOutReference()
                || taken.State.Consent.Entry(change.Scope).Stop is not { } standing
                || await consent.FindAsync(change.Subject, standing.Id, cancellationToken) is not { } entry)
            {
                return;
            }

            submission = entry.Change.SubmissionId;
        }

        await references.SaveAsync(change.SubmissionId, new ReferenceTarget(change.Subject, submission), cancellationToken);
    }
}
