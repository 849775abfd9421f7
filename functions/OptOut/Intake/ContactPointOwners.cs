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
        else if (isRepeated && !owners.Contains(standIn)
            && await consent.HasAsync(standIn, message.For(standIn).Changes[0].Id, cancellationToken))
        {
            // The stand-in took the Stop and a person took its place since then: what the message owes to its ledger is still to be done.
            owners = [.. owners, standIn];
        }

        // They all write the row of the same contact point, so they take turns.
        var turn = owners.Count > 1 ? protector.Hash(identifier).ToString() : null;
        return [.. owners.Select(owner => message.For(owner) with { Turn = turn })];
    }
}
