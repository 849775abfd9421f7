using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>A row of the table <c>heads</c>, and the version that was read.</summary>
internal readonly record struct WaitingHead(string Partition, string Row, ETag Tag, AnchoredHead Head);

/// <summary>
/// The heads that are still to be anchored, in the table <c>heads</c>: a row for each head, by subject and sequence number. Two writers for
/// one subject write two rows, or the same row twice, so neither order nor duplicates matter. The partition key is the first two characters
/// of the subject key: 256 partitions.
/// </summary>
internal sealed partial class LedgerHeads(StorageAccount storage, TimeProvider time, ILogger<LedgerHeads> logger)
{
    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
    private const int MaxTransaction = 100, AtOnce = 8;

    /// <summary>
    /// Notes a head of the subject's ledger for anchoring.
    /// </summary>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public async Task NoteAsync(SubjectKey subject, LedgerHead head, CancellationToken cancellationToken)
    {
        if (head.Sequence == 0)
            return;

        var row = new TableEntity(Partition(subject), string.Create(CultureInfo.InvariantCulture, $"{subject}~{head.Sequence:D10}"))
        {
            ["Hash"] = head.Hash,
            ["Noted"] = time.GetUtcNow(),
        };
        await storage.Heads.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Reads all waiting heads. An unreadable row stays for someone to look into, and does not block the others.</summary>
    internal async IAsyncEnumerable<WaitingHead> ScanAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in storage.Heads.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
        {
            if (TryRead(row) is { } head)
                yield return new WaitingHead(row.PartitionKey, row.RowKey, row.ETag, head);
            else
                LogUnreadable(row.PartitionKey, row.RowKey);
        }
    }

    /// <summary>
    /// Deletes rows, each only if it is unchanged since it was read. A row that was written again waits for the next
    /// anchor, which does no harm.
    /// </summary>
    internal Task DeleteAsync(IEnumerable<WaitingHead> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows.GroupBy(r => r.Partition, StringComparer.Ordinal).SelectMany(partition => partition.Chunk(MaxTransaction)),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (batch, cancel) =>
        {
            try
            {
                await storage.Heads.SubmitAsync(
                    batch.Select(
                        r => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(r.Partition, r.Row), r.Tag)),
                    cancel);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                foreach (var row in batch)
                    await DeleteAsync(row, cancel);
            }
        });

    /// <summary>Whether a head that was noted before the given time is not anchored yet.</summary>
    internal async Task<bool> AnyNotedBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        await foreach (var _ in storage.Heads.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"Noted lt {moment}"), maxPerPage: 1, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            return true;
        }

        return false;
    }

    private async Task DeleteAsync(WaitingHead row, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Heads.DeleteEntityAsync(row.Partition, row.Row, row.Tag, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // Deleted or written again by another writer.
        }
    }

    private static AnchoredHead? TryRead(TableEntity row) =>
        row.RowKey.Split('~') is [var subject, var sequence]
        && SubjectKey.TryParse(subject, out var key)
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        && row.TryGetValue("Hash", out var value) && value is string hash && AnchoredHead.IsHash(hash)
            ? new AnchoredHead(key, number, hash)
            : null;

    private static string Partition(SubjectKey subject) => subject.ToString()[..2];

    [LoggerMessage(
        LogLevel.Error, "The row {Partition}/{Row} of the table heads cannot be read and is not anchored: OptOut does not write such rows")]
    private partial void LogUnreadable(string partition, string row);
}
