using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Api;

/// <summary>Takes in what the controller knows of a person.</summary>
internal sealed class SubjectRegistrar(
    ProfileStore profiles, ConsentStore consent, IdentifierIndex index, ChangeIntake intake, IdentifierProtector protector, TimeProvider time)
{
    /// <summary>
    /// Saves the identifiers and language. A Stop made for one of the identifiers before anybody knew whose it was becomes this person's.
    /// </summary>
    /// <returns>Whether it is durable, the vendors' share of it included.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not take it.</exception>
    public async Task<bool> SaveAsync(SubjectKey subject, IReadOnlyCollection<Identifier> identifiers, string? language, CancellationToken cancellationToken)
    {
        await profiles.SaveAsync(subject, identifiers, language, cancellationToken);
        foreach (var identifier in identifiers)
        {
            if (!await AdoptAsync(subject, identifier, cancellationToken))
                return false;
        }

        await index.ProjectAsync(subject, cancellationToken);

        // Announced even when nothing changed: the call that changed it may have died before it got here.
        return await intake.AnnounceAsync(SubjectMessage.Updated(subject, time.GetUtcNow()));
    }

    private async Task<bool> AdoptAsync(SubjectKey subject, Identifier identifier, CancellationToken cancellationToken)
    {
        var standIn = protector.SubjectOf(identifier);
        if (standIn == subject || !(await index.SubjectsAsync(identifier, cancellationToken)).Contains(standIn))
            return true;

        foreach (var (scope, entry) in (await consent.LoadAsync(standIn, cancellationToken)).Consent.Entries)
        {
            if (entry.Decision != Decision.Stop)
                continue;
            var adopted = Change.Create(
                EventIds.Derive("adopted", subject.ToString(), entry.EventId.ToString()), subject, scope, Decision.Stop, entry.At, time.GetUtcNow(), Source.Import,
                new ChangeEvidence(Reference: $"recorded for {standIn} before the person was known"));
            if ((await intake.RecordAsync(adopted, AnswerWhen.WaitForVisible)) is not { Durable: true, Stored: true })
                return false;
        }

        await index.ReplaceOwnerAsync(identifier, standIn, subject, cancellationToken);
        return true;
    }
}
