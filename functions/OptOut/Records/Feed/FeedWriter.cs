using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Platform;

namespace OptOut.Records.Feed;

/// <summary>A message that carried changes.</summary>
/// <param name="Changes">What it carried.</param>
/// <param name="Taken">What the store made of it.</param>
/// <param name="ContactPoints">What now stands for each contact point of the subject.</param>
internal sealed record FeedNews(IReadOnlyList<Change> Changes, Taken Taken, IReadOnlyList<FeedContactPoint> ContactPoints);

/// <summary>
/// Appends to the table <c>feed</c>. A reader goes back two minutes behind the moment up to which it has read: a row that took longer to be
/// written than a part of that may have come too late for it, and is written again.
/// </summary>
internal sealed class FeedWriter(StorageAccount storage, TimeProvider time)
{
    /// <summary>The longest that a write may take. The rest of <see cref="FeedReader.Overlap"/> is for clocks that differ.</summary>
    internal static readonly TimeSpan Slow = TimeSpan.FromSeconds(30);

    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
    private const int MaxAttempts = 3, MaxTransaction = 100;

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
        IReadOnlyList<Change> changes, Taken taken, IReadOnlyList<FeedContactPoint> contactPoints, CancellationToken cancellationToken) =>
        AppendAsync(Entry(new FeedNews(changes, taken, contactPoints)), cancellationToken);

    /// <summary>The same for the messages of many subjects: a request for each shard, not for each message.</summary>
    /// <exception cref="StoreUnavailableException">The store did not accept all of them, or only slowly each time.</exception>
    public async Task AppendAsync(IReadOnlyList<FeedNews> many, CancellationToken cancellationToken)
    {
        FeedEntry[] rest = [.. many.Select(Entry)];
        for (var attempt = 0; rest.Length > 0; attempt++)
        {
            if (attempt == MaxAttempts)
                throw new StoreUnavailableException(0, "slow writes");
            var (began, at, late) = (time.GetTimestamp(), time.GetUtcNow().AddTicks(attempt), new List<FeedEntry>());
            foreach (var shard in rest.GroupBy(e => FeedKey.Partition(at, e.Subject), StringComparer.Ordinal))
            {
                if (!await TryAddAsync(shard.Select(e => e with { At = at }), cancellationToken) || time.GetElapsedTime(began) > Slow)
                    late.AddRange(shard);
            }

            rest = [.. late];
        }
    }

    private static FeedEntry Entry(FeedNews news)
    {
        var (changes, taken, first) = (news.Changes, news.Taken, news.Changes[0]);
        var change = new FeedChange(
            first.Id,
            first.SubmissionId,
            first.Source,
            first.Evidence.Channel,
            first.Evidence.Campaign,
            [.. changes.Except(taken.Unknown).Except(taken.OldNews).Select(c => new FeedDecision(c.Decision, c.Scope))]);
        var head = taken.State.Head;
        return new FeedEntry(default, first.Subject, head.Sequence > 0 ? head : null, change, news.ContactPoints);
    }

    /// <summary>Notes what a contact point may receive now, after a change of that which came without a message.</summary>
    /// <exception cref="StoreUnavailableException">The store did not accept it, or only slowly each time.</exception>
    public Task AppendAsync(SubjectKey subject, FeedContactPoint contactPoint, CancellationToken cancellationToken) =>
        AppendAsync(new FeedEntry(default, subject, null, null, [contactPoint]), cancellationToken);

    /// <summary>Notes what stands for a subject whose rows were restored, so that its ledger is anchored again.</summary>
    /// <exception cref="StoreUnavailableException">The store did not accept it, or only slowly each time.</exception>
    public Task AppendAsync(
        SubjectKey subject, LedgerHead head, IReadOnlyList<FeedContactPoint> contactPoints, CancellationToken cancellationToken) =>
        AppendAsync(new FeedEntry(default, subject, head, null, contactPoints), cancellationToken);

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

    private async Task<bool> TryAddAsync(IEnumerable<FeedEntry> shard, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var rows in shard.SelectMany(FeedRow.Write).Chunk(MaxTransaction))
            {
                await storage.Feed.SubmitAsync(
                    rows.Select(r => new TableTransactionAction(TableTransactionActionType.Add, r)), cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
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
