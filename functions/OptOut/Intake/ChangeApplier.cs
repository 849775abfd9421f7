using OptOut.Consent;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;

namespace OptOut.Intake;

/// <summary>What the store made of changes.</summary>
/// <param name="Subject">The subject's row as it is now.</param>
/// <param name="Permissions">The current permission of each of the subject's contact points.</param>
internal sealed record Applied(Taken Taken, SubjectRecord Subject, IReadOnlyList<IdentifierPermission> Permissions);

/// <summary>Makes sure that the store has the changes of a submission and that the identifiers reflect them. Idempotent.</summary>
internal sealed class ChangeApplier(
    ConsentStore consent, IdentifierIndex index, ReferenceIndex references, FeedWriter feed, UnannouncedSubjects unannounced)
{
    public async Task<Applied> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        IReadOnlyList<IdentifierRow?> read = [];
        var stored = await consent.ApplyAsync(
            changes, cancellationToken, async subject => read = await index.ReadAsync(subject, cancellationToken));
        var permissions = await ProjectAsync(changes, stored, read, cancellationToken);
        if (!stored.Subject.Profile.HasContactPoints)
            await unannounced.NoteChangeAsync(changes[0].Subject, cancellationToken);

        // Do not leave this to the bus handler alone. A Stop that was a repeat when its message was handled may still grow the ledger here,
        // if an Allow arrived in between.
        if (stored.Taken.Entries.Count > 0)
            await NoteAsync(changes[0], stored, cancellationToken);
        return new Applied(stored.Taken, stored.Subject, permissions);
    }

    /// <summary>
    /// The same, and everything that a writer which died after its transaction left undone: the row by which the submission is found, and
    /// the message's row of the feed. That one is written here alone, so that a message has one, and last, so that it states what stands.
    /// </summary>
    public async Task<Applied> ApplyCompletelyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var applied = await ApplyAsync(changes, cancellationToken);
        if (applied.Taken.Entries.Count == 0)
            await NoteAsync(changes[0], new Stored(applied.Taken, applied.Subject, IsWritten: false), cancellationToken);
        await feed.AppendAsync(changes, applied.Taken, [.. applied.Permissions.Select(index.ToFeed)], cancellationToken);
        return applied;
    }

    // Even if the ledger already has the changes: their writer may have crashed before projecting them.
    private async Task<IReadOnlyList<IdentifierPermission>> ProjectAsync(
        IReadOnlyList<Change> changes, Stored stored, IReadOnlyList<IdentifierRow?> read, CancellationToken cancellationToken)
    {
        if (!stored.IsWritten || changes.Any(c => c.Decision == Decision.Allow))
            return await index.ProjectAsync(changes[0].Subject, cancellationToken);

        // A repeat alters no answer: what stands was projected when it was stored, or will be by the message that is delivered again.
        var isRepeat = stored.Taken.Entries.Count == 0 && changes.Count == 1;
        return await index.MergeAsync(stored.Subject, read, isRepeat, cancellationToken);
    }

    private async Task NoteAsync(Change change, Stored stored, CancellationToken cancellationToken)
    {
        var submission = change.SubmissionId;
        if (stored.Taken.State.Repeats.Any(r => r.Change.Id == change.Id))
        {
            // Its number may have been handed out within a minute of another one. It leads to what stands.
            if (!change.Source.HandsOutReference()
                || stored.Taken.State.Consent.Entry(change.Scope).Stop is not { } standing
                || await consent.FindAsync(change.Subject, standing.Id, cancellationToken) is not { } entry)
            {
                return;
            }

            submission = entry.Change.SubmissionId;
        }

        await references.SaveAsync(change.SubmissionId, new ReferenceTarget(change.Subject, submission), cancellationToken);
    }
}
