using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Intake;

/// <summary>A Stop for an identifier rather than for a known person: from a vendor, a form or a list.</summary>
/// <param name="EventKey">Stays the same when the same event is reported again.</param>
/// <param name="SubmissionId">The submission, if it contains more than this Stop; null makes each event a submission of its own.</param>
internal sealed record IdentifierStop(
    Identifier Identifier,
    Scope Scope,
    DateTimeOffset At,
    Source Source,
    ChangeEvidence Evidence,
    string EventKey,
    Guid? SubmissionId = null)
{
    public Guid EventId => EventIds.Derive(EventKey);

    /// <summary>The change of one subject that has the identifier. The same event gives it the same id each time.</summary>
    public Change For(SubjectKey subject, DateTimeOffset now) => Change.Create(
        EventIds.Of(EventId, subject), subject, Scope, Decision.Stop, At, now, Source, Evidence, SubmissionId);
}

/// <summary>
/// Records a Stop for everybody who has an identifier, or, if nobody is known, for a stand-in subject of its unknown owner. Needs no table:
/// <c>apply</c> finds out who they are.
/// </summary>
internal sealed class IdentifierIntake(
    ChangeIntake intake, ContactPointOwners owners, IdentifierProtector protector, TimeProvider time)
{
    /// <returns>
    /// The change of each owner where the answer waits for the store and the store answers in time, otherwise the stand-in's, for want of a
    /// better one. Null if the Stop is not durable: the caller must repeat it with the same key.
    /// </returns>
    public async Task<IReadOnlyList<Change>?> RecordAsync(IdentifierStop stop, WaitFor when)
    {
        var change = stop.For(protector.SubjectOf(stop.Identifier), time.GetUtcNow());
        var message = SubjectMessage.From(change) with
        {
            ContactPoint = new SealedContactPoint(protector.Seal(stop.Identifier), stop.EventId),
        };
        if (!await intake.PublishAsync(message))
            return null;
        return when == WaitFor.Visible && await StoreAsync(message) is { } stored ? stored : [change];
    }

    // Null if the store does not answer in time.
    private async Task<IReadOnlyList<Change>?> StoreAsync(SubjectMessage message)
    {
        using var limit = time.Limit(ChangeIntake.StoreTimeout);
        try
        {
            var each = await owners.FindAsync(message, isRepeated: false, limit.Token);
            await intake.StoreAsync(each.Select(m => m.Changes));
            return [.. each.SelectMany(m => m.Changes)];
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }
}
