using OptOut.Consent;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>Makes sure the store has the changes of a submission, and that what may be sent follows from it. Doing it twice is doing it once.</summary>
internal sealed class ChangeApplier(ConsentStore consent, IdentifierIndex index, LedgerHeads heads)
{
    /// <summary>The projection runs even where the ledger had the changes: whoever wrote it may have died before projecting.</summary>
    /// <returns>What now stands for each of the subject's identifiers.</returns>
    public async Task<IReadOnlyList<IdentifierPermission>> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Apply(changes[0].Subject);
        var grew = await consent.ApplyAsync(changes, cancellationToken);
        var standing = await index.ProjectAsync(changes[0].Subject, cancellationToken);

        // Not left to the bus alone: a Stop that only repeated one when its message came by may yet grow the ledger here, where an Allow came in between.
        if (grew)
            await heads.NoteAsync(changes[0].Subject, cancellationToken);
        return standing;
    }
}
