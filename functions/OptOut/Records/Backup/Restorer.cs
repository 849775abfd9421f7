using Azure;
using Azure.Data.Tables;
using OptOut.Platform;

namespace OptOut.Records.Backup;

/// <param name="Rows">The rows of the backup, all of which are in the tables now.</param>
internal sealed record Restored(string Backup, DateTimeOffset Began, long Rows, Rebuilt Rebuilt);

/// <summary>
/// Brings a backup back into empty tables, then rebuilds what follows from it. It may be killed at any moment and run again: what is there
/// is compared, what is missing is written. Nothing else may write to the tables meanwhile.
/// </summary>
internal sealed class Restorer(
    StorageAccount storage, BackupReader reader, RestoreMark mark, ProjectionRebuilder projections, TimeProvider time)
{
    private const int AtOnce = 16;

    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions: 100 rows and 4 MiB.
    private const int MaxTransaction = 100, MaxBytes = 2 << 20;

    /// <param name="name">For example <c>2026-05-01/043000</c>; null for the newest.</param>
    /// <param name="source">Where the backup is, if not in the account itself.</param>
    /// <param name="onProgress">Called with what is done, how much of it, and of how much.</param>
    /// <param name="cancellationToken">Stops it. Run it again to finish.</param>
    /// <exception cref="RestoreRefusedException">The backup or the tables are not as they must be. Nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">The store did not answer. Run it again to finish.</exception>
    public async Task<Restored> RunAsync(
        string? name, BackupReader? source, Action<string, long, long> onProgress, CancellationToken cancellationToken)
    {
        var backups = source ?? reader;
        var backup = await backups.OpenAsync(name, cancellationToken);
        await backups.VerifyAsync(
            backup, (table, rows) => onProgress($"verifying {table}", rows, backup.Manifest.RowsOf(table)), cancellationToken);
        await storage.EnsureTablesAsync(cancellationToken);
        var sets = BackupSet.All(storage);
        await new TableComparison(storage, backups, backup).VerifyAsync(sets, await mark.FindAsync(cancellationToken), cancellationToken);
        await mark.SetAsync(backup.Name, cancellationToken);
        foreach (var set in sets)
        {
            var total = backup.Manifest.RowsOf(set.Name);
            await WriteAsync(
                set.Table,
                backups.RowsAsync(backup, set.Name, cancellationToken),
                rows => onProgress($"writing {set.Name}", rows, total),
                cancellationToken);
        }

        var rebuilt = await projections.RunAsync(
            () => backups.RowsAsync(backup, BackupSet.Consent, cancellationToken),
            rows => onProgress("rebuilding contact points", rows, ProjectionRebuilder.Passes * backup.Manifest.RowsOf(BackupSet.Consent)),
            cancellationToken);

        // Here belongs, once they exist: rebuild the snapshot, and replay the erasures since the backup.
        return new Restored(backup.Name, backup.Manifest.Began, backup.Manifest.Tables.Sum(t => t.Rows), rebuilt);
    }

    private async Task WriteAsync(
        TableClient table, IAsyncEnumerable<TableEntity> rows, Action<long> onProgress, CancellationToken cancellationToken)
    {
        var done = 0L;
        await Parallel.ForEachAsync(
            Transactions(rows),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (some, cancel) =>
            {
                var written = await time.PatientlyAsync(() => WriteAsync(table, some, cancel), cancel);
                onProgress(Interlocked.Add(ref done, written));
            });
    }

    private static async IAsyncEnumerable<IReadOnlyList<TableEntity>> Transactions(IAsyncEnumerable<TableEntity> rows)
    {
        await foreach (var partition in rows.ByPartitionAsync())
        {
            var (some, bytes) = (new List<TableEntity>(), 0);
            foreach (var row in partition)
            {
                var size = row.Sum(p => p.Value switch { string text => 2 * text.Length, byte[] binary => binary.Length, _ => 16 });
                if (some.Count == MaxTransaction || (some.Count > 0 && bytes + size > MaxBytes))
                {
                    yield return some;
                    (some, bytes) = ([], 0);
                }

                some.Add(row);
                bytes += size;
            }

            yield return some;
        }
    }

    private static async Task<int> WriteAsync(TableClient table, IReadOnlyList<TableEntity> rows, CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(rows);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            // Written by a run that did not come to its end, or by this one, whose answer was lost.
            var (partition, first, last) = (rows[0].PartitionKey, rows[0].RowKey, rows[^1].RowKey);
            var there = await table.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey le {last}"),
                cancellationToken: cancellationToken).ToDictionaryAsync(r => r.RowKey, StringComparer.Ordinal, cancellationToken);
            if (rows.FirstOrDefault(r => there.TryGetValue(r.RowKey, out var other) && !BackupRow.AreEqual(r, other)) is { } changed)
            {
                throw new RestoreRefusedException(
                    $"The row {changed.PartitionKey}/{changed.RowKey} of the table {table.Name} was written during the restore, which is "
                        + "not finished: stop whatever writes there, empty the tables and begin again.",
                    e);
            }

            if (rows.Where(r => !there.ContainsKey(r.RowKey)).ToArray() is { Length: > 0 } missing)
                await AddAsync(missing);
        }

        return rows.Count;

        Task AddAsync(IEnumerable<TableEntity> some) =>
            table.SubmitAsync(some.Select(r => new TableTransactionAction(TableTransactionActionType.Add, r)), cancellationToken);
    }
}
