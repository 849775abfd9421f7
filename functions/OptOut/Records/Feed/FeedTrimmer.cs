using Azure;
using Azure.Data.Tables;

namespace OptOut.Records.Feed;

/// <summary>Deletes the buckets of the feed that every registered reader has read, an hour after that.</summary>
internal sealed class FeedTrimmer(StorageAccount storage, FeedPositions positions)
{
    /// <summary>The most rows of one run, a burst of a day's opt-outs. The next run goes on.</summary>
    internal const int MaxRows = 100_000;

    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
    private const int MaxTransaction = 100, InMemory = 5_000, AtOnce = 8;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <returns>How many rows were deleted.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (await positions.ReadByAllAsync(cancellationToken) is not { } read)
            return 0;
        var (end, trimmed) = (FeedKey.FirstPartition(read - Kept), 0);
        var rows = storage.Feed.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey lt {end}"),
            select: ["PartitionKey", "RowKey"],
            cancellationToken: cancellationToken);
        await foreach (var some in rows.Take(MaxRows).Chunk(InMemory).WithCancellation(cancellationToken))
        {
            await Parallel.ForEachAsync(
                some.GroupBy(r => r.PartitionKey, StringComparer.Ordinal).SelectMany(partition => partition.Chunk(MaxTransaction)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (batch, cancel) => await DeleteAsync(batch, cancel));
            trimmed += some.Length;
        }

        return trimmed;
    }

    private async Task DeleteAsync(TableEntity[] batch, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Feed.SubmitAsync(
                batch.Select(r => new TableTransactionAction(
                    TableTransactionActionType.Delete, new TableEntity(r.PartitionKey, r.RowKey), ETag.All)),
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Another run has deleted some of them, or an answer was lost.
            foreach (var row in batch)
                await DeleteAsync(row, cancellationToken);
        }
    }

    private async Task DeleteAsync(TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Feed.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Gone.
        }
    }
}
