using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Intake;

/// <summary>Whom the answer is for, and so how much must have happened before it is given.</summary>
internal enum WaitFor
{
    /// <summary>
    /// A mail client, a vendor, or a form that shows nothing of the person: one durable copy. The store is left to <c>apply</c>.
    /// </summary>
    Durable,

    /// <summary>
    /// A person who will read or hear what stands now: the same, and that the store has it too, as far as it can be had.
    /// </summary>
    Visible,
}

/// <param name="Durable">Whether the change is safe and on its way. When not, success must not be shown.</param>
/// <param name="Stored">Whether the store shows it already. Null when the answer did not wait for that.</param>
internal sealed record IntakeResult(bool Durable, bool? Stored);

/// <summary>
/// The one way in for every change: publish, then answer. A change is durable when the bus, or the outbox in its place, has it: from
/// there <c>apply</c> brings it to the store and the channels bring it to the vendors. Only where the answer shows what stands is it then
/// applied here as well, so no copy in the store is ever without one that is carried on.
/// </summary>
internal sealed partial class ChangeIntake(
    ChangePublisher bus, Outbox outbox, ChangeApplier applier, TimeProvider time, ILogger<ChangeIntake> logger)
{
    // Beyond this a person is told that it is recorded, without seeing it yet.
    internal static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Records the change. Takes no cancellation: a person who closes the page has still said it.
    /// </summary>
    public Task<IntakeResult> RecordAsync(Change change, WaitFor when) => RecordAsync([change], when);

    /// <summary>Records what a person did in one go: one message, written together, confirmed by one mail.</summary>
    /// <param name="changes">At least one, all of one subject and one submission.</param>
    /// <param name="when">Whom the answer is for.</param>
    public async Task<IntakeResult> RecordAsync(IReadOnlyList<Change> changes, WaitFor when)
    {
        var durable = await PublishAsync(SubjectMessage.From(changes));
        return new IntakeResult(durable, durable && when == WaitFor.Visible ? await StoreAsync([changes]) : null);
    }

    /// <summary>Publishes the message, or parks it in the outbox.</summary>
    /// <returns>Whether it is durable.</returns>
    public async Task<bool> PublishAsync(SubjectMessage message)
    {
        var isDurable = await bus.TryPublishAsync(message) || await outbox.TryParkAsync(message);
        if (message.Changes.Count > 0)
            OptOutTrace.TakenIn(message.Changes, isDurable);
        return isDurable;
    }

    /// <summary>Applies submissions that are durable already, within one time limit for all; <c>apply</c> brings the rest.</summary>
    /// <returns>Whether the store has all of them.</returns>
    public async Task<bool> StoreAsync(IEnumerable<IReadOnlyList<Change>> submissions)
    {
        using var limit = time.Limit(StoreTimeout);
        foreach (var changes in submissions)
        {
            try
            {
                await applier.ApplyAsync(changes, limit.Token);
            }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
            {
                LogStoredLater(changes[0].Subject, changes[0].SubmissionId, (e as StoreUnavailableException)?.Reason ?? "timeout");
                return false;
            }
            catch (Exception e)
            {
                // It is durable, so the person must not read a failure.
                LogStoreFault(e, changes[0].Subject, changes[0].SubmissionId);
                return false;
            }
        }

        return true;
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
