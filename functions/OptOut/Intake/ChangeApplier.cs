using OptOut.Consent;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>Makes sure that the store has the changes of a submission and that the identifiers reflect them. Idempotent.</summary>
internal sealed class ChangeApplier(ConsentStore consent, IdentifierIndex index, LedgerHeads heads, UnannouncedSubjects unannounced)
{
    /// <summary>
    /// The projection runs even if the ledger already has the changes: their writer may have crashed before projecting them.
    /// </summary>
    /// <returns>The current permission of each of the subject's identifiers.</returns>
    public async Task<IReadOnlyList<IdentifierPermission>> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Apply(changes[0].Subject);
        var grew = await consent.ApplyAsync(changes, cancellationToken);
        var permissions = await index.ProjectAsync(changes[0].Subject, cancellationToken);
        if (permissions.Count == 0)
            await unannounced.NoteChangeAsync(changes[0].Subject, cancellationToken);

        // Do not leave this to the bus handler alone. A Stop that was a repeat when its message was handled may still grow the ledger here,
        // if an Allow arrived in between.
        if (grew)
            await heads.NoteAsync(changes[0].Subject, cancellationToken);
        return permissions;
    }
}
