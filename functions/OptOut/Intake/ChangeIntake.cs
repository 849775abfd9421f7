using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Intake;

/// <summary>Whom the answer is for, and so how much must have happened before it is given.</summary>
internal enum WaitFor
{
    /// <summary>A mail client: as soon as one durable copy exists that will reach the vendors.</summary>
    Durable,

    /// <summary>
    /// A vendor that told of many people at once: the same, and the store is left to <c>apply</c>, so that thousands of writes nobody waits
    /// for do not delay those that the answer waits for.
    /// </summary>
    DurableOnly,

    /// <summary>A person, who will read what was just written: when the store has it too, as far as it can be had.</summary>
    Visible,
}

/// <param name="Durable">Whether the change is safe and on its way. When not, success must not be shown.</param>
/// <param name="Stored">Whether the store shows it already. Null when the answer did not wait for that.</param>
internal sealed record IntakeResult(bool Durable, bool? Stored);

/// <summary>
/// The one way in for every change. It is published on the bus and applied to the store side by side, and it is durable when the
/// bus, or the outbox in its place, has it: from there <c>apply</c> brings it to the store and the channels bring it to the vendors,
/// whatever dies meanwhile. A copy in the store alone does not count, because nothing would carry it on until the night.
/// </summary>
internal sealed partial class ChangeIntake(
    ChangePublisher bus, Outbox outbox, ChangeApplier applier, TimeProvider time, ILogger<ChangeIntake> logger)
{
    // Beyond this a person is told that it is recorded, without seeing it yet.
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Records the change. Takes no cancellation: a person who closes the page has still said it.
    /// </summary>
    public Task<IntakeResult> RecordAsync(Change change, WaitFor when) => RecordAsync([change], when);

    /// <summary>Records what a person did in one go: one message, written together, confirmed by one mail.</summary>
    /// <param name="changes">At least one, all of one subject and one submission.</param>
    /// <param name="when">Whom the answer is for.</param>
    public async Task<IntakeResult> RecordAsync(IReadOnlyList<Change> changes, WaitFor when)
    {
        using var span = OptOutTrace.Intake(changes);
        var message = SubjectMessage.From(changes);

        // The bus known to be down: the outbox row before the store, so that no copy in the store is ever without one that is carried on.
        var parked = bus.LooksDown && await outbox.TryParkAsync(message);
        var storing = when == WaitFor.DurableOnly ? Task.FromResult(false) : StoreAsync(changes);
        var durable = parked || await bus.TryPublishAsync(message) || await outbox.TryParkAsync(message);
        span?.SetTag("optout.durable", durable);
        if (when != WaitFor.Visible || !durable)
            return new IntakeResult(durable, null);
        return new IntakeResult(durable, await storing);
    }

    /// <summary>Tells every channel that a subject's identifiers changed.</summary>
    /// <returns>Whether that is durable.</returns>
    public async Task<bool> AnnounceAsync(SubjectMessage message) =>
        await bus.TryPublishAsync(message) || await outbox.TryParkAsync(message);

    private async Task<bool> StoreAsync(IReadOnlyList<Change> changes)
    {
        try
        {
            using var limit = time.Limit(StoreTimeout);
            await applier.ApplyAsync(changes, limit.Token);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            LogStoredLater(changes[0].Subject, changes[0].SubmissionId, (e as StoreUnavailableException)?.Reason ?? "timeout");
            return false;
        }
        catch (Exception e)
        {
            // Nobody may be waiting for this task: what is not expected must still be seen.
            LogStoreFault(e, changes[0].Subject, changes[0].SubmissionId);
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The store did not take submission {SubmissionId} of subject {Subject} ({Reason}); apply will bring it")]
    private partial void LogStoredLater(SubjectKey subject, Guid submissionId, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Applying submission {SubmissionId} of subject {Subject} failed unexpectedly; apply will try again")]
    private partial void LogStoreFault(Exception exception, SubjectKey subject, Guid submissionId);
}
