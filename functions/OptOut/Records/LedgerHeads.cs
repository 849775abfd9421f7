using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>A row of the table <c>heads</c>, and which writing of it.</summary>
internal readonly record struct WaitingHead(string Partition, string Row, ETag Tag, AnchoredHead Head);

/// <summary>
/// What is still to be anchored, in the table <c>heads</c>: a row for each head, by subject and sequence number. Two writers of one subject write two
/// rows, or the same one twice, so neither order nor doubles matter. A partition is the first two characters of the subject key: 256 of them.
/// </summary>
internal sealed partial class LedgerHeads(StorageAccount storage, ConsentStore consent, TimeProvider time, ILogger<LedgerHeads> logger)
{
    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
    private const int MaxTransaction = 100, AtOnce = 8;

    /// <summary>Notes where the subject's ledger ends now. Once the store has a change, no later note can miss it.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store did not take it.</exception>
    public async Task NoteAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var head = (await consent.LoadAsync(subject, cancellationToken)).Head;
        if (head.Sequence == 0)
            return;

        var row = new TableEntity(Partition(subject), string.Create(CultureInfo.InvariantCulture, $"{subject}~{head.Sequence:D10}")) { ["Hash"] = head.Hash, ["Noted"] = time.GetUtcNow() };
        await storage.Heads.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Everything that waits. A row that cannot be read stays, for a person to look at, and holds up no other.</summary>
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

    /// <summary>Deletes rows, each only as it was read: one written again meanwhile waits for the next anchor, which does no harm.</summary>
    internal Task DeleteAsync(IEnumerable<WaitingHead> rows, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        rows.GroupBy(r => r.Partition, StringComparer.Ordinal).SelectMany(partition => partition.Chunk(MaxTransaction)),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (batch, cancel) =>
        {
            try
            {
                await storage.Heads.SubmitAsync(batch.Select(r => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(r.Partition, r.Row), r.Tag)), cancel);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                foreach (var row in batch)
                    await DeleteAsync(row, cancel);
            }
        });

    /// <summary>Whether a head was noted before a moment and is not anchored yet.</summary>
    internal async Task<bool> WaitSinceAsync(DateTimeOffset moment, CancellationToken cancellationToken)
    {
        await foreach (var _ in storage.Heads.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Noted lt {moment}"), maxPerPage: 1, select: ["RowKey"], cancellationToken: cancellationToken))
            return true;
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
            // Gone, or written again.
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

    [LoggerMessage(LogLevel.Error, "The row {Partition}/{Row} of the table heads cannot be read, and is not anchored: nothing of the product writes such a row")]
    private partial void LogUnreadable(string partition, string row);
}
