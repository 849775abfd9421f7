using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Api;

/// <summary>Stores what the controller knows about a person.</summary>
internal sealed class SubjectRegistrar(
    ProfileStore profiles,
    ConsentStore consent,
    IdentifierIndex index,
    ChangeIntake intake,
    IdentifierProtector protector,
    TimeProvider time)
{
    /// <summary>
    /// Saves the identifiers and the language. A Stop that was recorded for one of the identifiers before its owner was
    /// known becomes this person's.
    /// </summary>
    /// <returns>True when everything is durable, including the message that notifies the vendors.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public async Task<bool> SaveAsync(
        SubjectKey subject, IReadOnlyCollection<Identifier> identifiers, string? language, CancellationToken cancellationToken)
    {
        await profiles.SaveAsync(subject, identifiers, language, cancellationToken);
        foreach (var identifier in identifiers)
        {
            if (!await AdoptAsync(subject, identifier, cancellationToken))
                return false;
        }

        await index.ProjectAsync(subject, cancellationToken);

        // Announced even when nothing changed: an earlier call may have saved the change and failed before this line.
        return await intake.AnnounceAsync(SubjectMessage.Updated(subject, time.GetUtcNow()));
    }

    private async Task<bool> AdoptAsync(SubjectKey subject, Identifier identifier, CancellationToken cancellationToken)
    {
        var standIn = protector.SubjectOf(identifier);
        if (standIn == subject || !(await index.SubjectsAsync(identifier, cancellationToken)).Contains(standIn))
            return true;

        foreach (var (scope, stop) in (await consent.LoadAsync(standIn, cancellationToken)).Consent.StandingStops)
        {
            var adopted = Change.Create(
                EventIds.Adopted(subject, stop),
                subject,
                scope,
                Decision.Stop,
                stop.At,
                time.GetUtcNow(),
                Source.Import,
                new ChangeEvidence(Reference: $"recorded for {standIn} before the person was known"));
            if ((await intake.RecordAsync(adopted, WaitFor.Visible)) is not { Durable: true, Stored: true })
                return false;
        }

        await index.ReplaceOwnerAsync(identifier, standIn, subject, cancellationToken);
        return true;
    }
}
