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
        var profile = await profiles.SaveAsync(subject, identifiers, language, cancellationToken);
        var permissions = new List<IdentifierPermission>();
        foreach (var identifier in profile.Identifiers)
        {
            if (await RegisterAsync(subject, identifier, cancellationToken) is not { } permission)
                return false;
            permissions.Add(permission);
        }

        // Who has stopped nothing is on no vendor's list. Else announced even when nothing changed: an earlier call may have saved the
        // change and failed before this line.
        return permissions.TrueForAll(p => p.Stops.Values.All(s => s.IsNothing))
            || await intake.PublishAsync(SubjectMessage.Updated(subject, time.GetUtcNow()));
    }

    // Null when something that the person takes over is not durable.
    private async Task<IdentifierPermission?> RegisterAsync(SubjectKey subject, Identifier identifier, CancellationToken cancellationToken)
    {
        var rows = await index.ReadAsync(identifier, cancellationToken);
        while (true)
        {
            if (!await AdoptAsync(subject, identifier, rows, cancellationToken))
                return null;
            var permission = await index.AnnounceAsync(identifier, subject, rows, cancellationToken);
            if (permission.Stops.Values.All(s => s.IsNothing))
                return permission;

            // The stand-in may have been created after the rows were read, and before the person stood in them.
            rows = await index.ReadAsync(identifier, cancellationToken);
            if (!HasStandIn(rows, identifier, subject))
                return permission;
        }
    }

    private bool HasStandIn(OwnedRows? rows, Identifier identifier, SubjectKey subject) =>
        protector.SubjectOf(identifier) is var standIn && standIn != subject && rows?.Owners.ContainsKey(standIn) == true;

    // A Stop that was recorded for the stand-in of the contact point's unknown owner.
    private async Task<bool> AdoptAsync(
        SubjectKey subject, Identifier identifier, OwnedRows? rows, CancellationToken cancellationToken)
    {
        if (!HasStandIn(rows, identifier, subject))
            return true;

        var standIn = protector.SubjectOf(identifier);
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
