using Azure;
using OptOut.Consent;
using OptOut.Platform;

namespace OptOut.Records.Feed;

/// <summary>
/// Appends to the table <c>feed</c>. A reader goes back two minutes behind the moment up to which it has read: a row that took longer to be
/// written than a part of that may have come too late for it, and is written again.
/// </summary>
internal sealed class FeedWriter(StorageAccount storage, TimeProvider time)
{
    /// <summary>The longest that a write may take. The rest of <see cref="FeedReader.Overlap"/> is for clocks that differ.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(30);

    private const int MaxAttempts = 3;

    /// <summary>
    /// Notes a message that carried changes, whatever became of them. To be called after the contact points' rows were written: a process
    /// that dies in between has its message delivered again.
    /// </summary>
    /// <param name="changes">What the message carried.</param>
    /// <param name="taken">What the store made of it.</param>
    /// <param name="contactPoints">What now stands for each contact point of the subject.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="StoreUnavailableException">The store did not accept it, or only slowly each time.</exception>
    public Task AppendAsync(
        IReadOnlyList<Change> changes, Taken taken, IReadOnlyList<FeedContactPoint> contactPoints, CancellationToken cancellationToken)
    {
        var first = changes[0];
        var change = new FeedChange(
            first.Id,
            first.SubmissionId,
            first.Source,
            first.Evidence.Channel,
            first.Evidence.Campaign,
            [.. changes.Except(taken.Unknown).Except(taken.OldNews).Select(c => new FeedDecision(c.Decision, c.Scope))]);
        var head = taken.State.Head;
        return AppendAsync(
            new FeedEntry(default, first.Subject, head.Sequence > 0 ? head : null, change, contactPoints), cancellationToken);
    }

    /// <summary>Notes what a contact point may receive now, after a change of that which came without a message.</summary>
    /// <exception cref="StoreUnavailableException">The store did not accept it, or only slowly each time.</exception>
    public Task AppendAsync(SubjectKey subject, FeedContactPoint contactPoint, CancellationToken cancellationToken) =>
        AppendAsync(new FeedEntry(default, subject, null, null, [contactPoint]), cancellationToken);

    private async Task AppendAsync(FeedEntry entry, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var began = time.GetTimestamp();
            if (await TryAddAsync(entry with { At = time.GetUtcNow().AddTicks(attempt) }, cancellationToken)
                && time.GetElapsedTime(began) <= Slow)
            {
                return;
            }
        }

        throw new StoreUnavailableException(0, "slow writes");
    }

    // The row is there if the answer to a first attempt was lost; or if two handlers have the same message in the same tick, and then the
    // other one's may say less.
    private async Task<bool> TryAddAsync(FeedEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var row in FeedRow.Write(entry))
                await storage.Feed.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }
}
