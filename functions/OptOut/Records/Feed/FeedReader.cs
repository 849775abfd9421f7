using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace OptOut.Records.Feed;

/// <summary>
/// Reads the table <c>feed</c> from a position. Writers' clocks differ and writes take time, so a reader goes back two minutes behind its
/// position and meets some entries twice. Entries of one bucket are in no order: see <see cref="FeedContactPoint"/>.
/// </summary>
internal sealed partial class FeedReader(StorageAccount storage, ILogger<FeedReader> logger)
{
    /// <summary>How far behind its position a reader begins.</summary>
    internal static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private static readonly string[] HeadColumns = ["PartitionKey", "RowKey", FeedRow.Sequence, FeedRow.Hash];

    /// <summary>The entries since a position, and those of the two minutes before it.</summary>
    /// <param name="position">When the reader last began to read; null for everything there is.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public IAsyncEnumerable<FeedEntry> SinceAsync(DateTimeOffset? position, CancellationToken cancellationToken) =>
        ReadAsync(position - Overlap, before: null, columns: null, FeedRow.Read, cancellationToken);

    /// <summary>The entries between two moments, for a reader that goes back by itself.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public IAsyncEnumerable<FeedEntry> ReadAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellationToken) =>
        ReadAsync(from, before, columns: null, FeedRow.Read, cancellationToken);

    /// <summary>The same, of the heads of ledgers alone.</summary>
    /// <inheritdoc cref="SinceAsync"/>
    public IAsyncEnumerable<AnchoredHead> HeadsSinceAsync(DateTimeOffset? position, CancellationToken cancellationToken) =>
        HeadsAsync(position - Overlap, before: null, cancellationToken);

    /// <summary>Whether a head was written between two moments.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<bool> AnyHeadAsync(DateTimeOffset? from, DateTimeOffset before, CancellationToken cancellationToken) =>
        await HeadsAsync(from, before, cancellationToken).AnyAsync(cancellationToken);

    private IAsyncEnumerable<AnchoredHead> HeadsAsync(DateTimeOffset? from, DateTimeOffset? before, CancellationToken cancellationToken) =>
        ReadAsync(
            from,
            before,
            HeadColumns,
            row => FeedRow.ReadHead(row) is { } head
                ? new AnchoredHead(FeedKey.Parse(row.RowKey).Subject, head.Sequence, head.Hash)
                : (AnchoredHead?)null,
            cancellationToken).Where(h => h is not null).Select(h => h!.Value);

    // One query for all buckets and shards: most of them are empty, and a question costs more than a row.
    private async IAsyncEnumerable<T> ReadAsync<T>(
        DateTimeOffset? from,
        DateTimeOffset? before,
        IEnumerable<string>? columns,
        Func<TableEntity, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (firstPartition, firstRow) = from is { } f ? (FeedKey.FirstPartition(f), FeedKey.FirstRow(f)) : ("", "");
        var (lastPartition, lastRow) = before is { } b
            ? (FeedKey.FirstPartition(b) + FeedKey.AfterAll + FeedKey.AfterAll, FeedKey.FirstRow(b))
            : (FeedKey.AfterAll, FeedKey.AfterAll);
        await foreach (var row in storage.Feed.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter(
                $"PartitionKey ge {firstPartition} and PartitionKey lt {lastPartition} and RowKey ge {firstRow} and RowKey lt {lastRow}"),
            select: columns,
            cancellationToken: cancellationToken))
        {
            T entry;
            try
            {
                entry = read(row);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or InvalidOperationException)
            {
                LogUnreadable(row.PartitionKey, row.RowKey, e.GetType().Name);
                continue;
            }

            yield return entry;
        }
    }

    [LoggerMessage(
        LogLevel.Error, "The row {Partition}/{Row} of the table feed cannot be read ({Reason}): OptOut does not write such rows")]
    private partial void LogUnreadable(string partition, string row, string reason);
}
