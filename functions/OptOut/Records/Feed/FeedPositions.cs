using Azure;
using Azure.Data.Tables;

namespace OptOut.Records.Feed;

/// <summary>How far a reader has read.</summary>
/// <param name="At">When it began to read the last time, by its own clock; null if it never did, or its position was lost.</param>
/// <param name="Tag">The version of the row that says so.</param>
internal sealed record FeedPosition(string Reader, DateTimeOffset? At, ETag? Tag);

/// <summary>
/// How far each registered reader has read: a row each, in a partition of the table <c>feed</c> of its own, so that positions are lost only
/// together with the rows. A reader without a position reads everything there is, and nothing is trimmed until it has.
/// </summary>
internal sealed class FeedPositions(StorageAccount storage)
{
    public const string Anchors = "anchors", Statistics = "statistics";

    private const string Partition = FeedKey.AfterAll + "positions", Column = "At";

    /// <summary>Everybody who must have read a row before it may be trimmed.</summary>
    private static readonly string[] Readers = [Anchors, Statistics];

    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<FeedPosition> FindAsync(string reader, CancellationToken cancellationToken)
    {
        var row = await storage.Feed.GetEntityIfExistsAsync<TableEntity>(Partition, reader, cancellationToken: cancellationToken);
        return row.HasValue
            ? new FeedPosition(reader, row.Value!.GetDateTimeOffset(Column), row.Value.ETag)
            : new FeedPosition(reader, null, null);
    }

    /// <summary>Moves a position, unless another run of the reader has moved it since it was read.</summary>
    /// <param name="read">The position from which the reader has read.</param>
    /// <param name="to">When it began to.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public async Task MoveAsync(FeedPosition read, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, read.Reader) { [Column] = to };
        try
        {
            if (read.Tag is { } tag)
                await storage.Feed.UpdateEntityAsync(row, tag, TableUpdateMode.Replace, cancellationToken);
            else
                await storage.Feed.AddEntityAsync(row, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            // The other run goes on from its own position. If that is behind ours, some entries are read once more.
        }
    }

    /// <returns>Up to when every registered reader has read; null if one of them has no position.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<DateTimeOffset?> ReadByAllAsync(CancellationToken cancellationToken)
    {
        var positions = await Task.WhenAll(Readers.Select(reader => FindAsync(reader, cancellationToken)));
        return Array.TrueForAll(positions, p => p.At is not null) ? positions.Min(p => p.At) : null;
    }
}
