using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Intake;

/// <summary>Finds out whom a message about a contact point concerns.</summary>
internal sealed class ContactPointOwners(
    IdentifierIndex index, ProfileStore profiles, ConsentStore consent, IdentifierProtector protector)
{
    /// <summary>Everybody who has, or had, the contact point; or, if nobody is known, the subject that stands in for its owner.</summary>
    /// <param name="message">The message about the contact point.</param>
    /// <param name="isRepeated">Whether it was handled before, perhaps by a process that died.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>Each one's own message.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<SubjectMessage>> FindAsync(
        SubjectMessage message, bool isRepeated, CancellationToken cancellationToken)
    {
        var (identifier, standIn) = (protector.Unseal(message.ContactPoint!.Text, message.Subject), message.Subject);
        var owners = await index.SubjectsAsync(identifier, cancellationToken);
        if (owners.Count == 0)
        {
            await profiles.SaveAsync(standIn, [identifier], language: null, cancellationToken);
            owners = [standIn];
        }
        else if (await TakenAsync(message, cancellationToken) is { } taken)
        {
            owners = await LeftAsync(owners, taken, isRepeated, cancellationToken);

            // What a process that died still owes to the stand-in's ledger is done, even if a person took its place.
            if (isRepeated && !owners.Contains(standIn))
                owners = [.. owners, standIn];
        }

        // They all write the row of the same contact point, so they take turns.
        var turn = owners.Count > 1 ? protector.Hash(identifier).ToString() : null;
        return [.. owners.Select(owner => message.For(owner) with { Turn = turn })];
    }

    // The Stop that stands for the stand-in, if it took this message before.
    private async Task<LastStop?> TakenAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        var state = await consent.LoadAsync(message.Subject, cancellationToken);
        return state.Number > 0 && await consent.HasAsync(message.Subject, message.For(message.Subject).Changes[0].Id, cancellationToken)
            ? state.Consent.Entry(message.Changes[0].Scope).Stop
            : null;
    }

    // An owner who took the Stop over from the stand-in must not get it twice: they may have allowed the same since. Once somebody has,
    // the others came later, and it is not theirs; but a process that died may not have told one who came before.
    private async Task<IReadOnlyList<SubjectKey>> LeftAsync(
        IReadOnlyList<SubjectKey> owners, LastStop taken, bool isRepeated, CancellationToken cancellationToken)
    {
        var left = new List<SubjectKey>();
        foreach (var owner in owners)
        {
            if (!await consent.HasAsync(owner, EventIds.Adopted(owner, taken), cancellationToken))
                left.Add(owner);
        }

        return isRepeated || left.Count == owners.Count ? left : [];
    }
}
