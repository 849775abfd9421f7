using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>
/// Finds rows that a restore would mix with its own. One page of a table and one part of the backup are in memory at a time.
/// </summary>
internal sealed class TableComparison(StorageAccount storage, BackupReader reader, OpenedBackup backup)
{
    /// <param name="sets">What is to be restored.</param>
    /// <param name="restored">The backup that was restored here last, or only in part; null if none was.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="RestoreRefusedException">A table has a row that the backup does not have.</exception>
    public async Task VerifyAsync(IEnumerable<BackupSet> sets, string? restored, CancellationToken cancellationToken)
    {
        foreach (var set in sets)
            await VerifyAsync(set, cancellationToken);
        if (restored == backup.Name)
            return;
        foreach (var rebuilt in (TableClient[])[storage.Identifiers, storage.Feed])
        {
            var rows = rebuilt.QueryAsync<TableEntity>(select: ["RowKey"], maxPerPage: 1, cancellationToken: cancellationToken);
            if (await rows.AnyAsync(cancellationToken))
                throw NotEmpty(rebuilt, "");
        }
    }

    private async Task VerifyAsync(BackupSet set, CancellationToken cancellationToken)
    {
        await using var there = set.Table.QueryAsync<TableEntity>(set.Filter, cancellationToken: cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        if (!await there.MoveNextAsync())
            return;
        await using var own = reader.RowsAsync(backup, set.Name, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasOwn = await own.MoveNextAsync();
        do
        {
            while (hasOwn && BackupRow.Compare(own.Current, there.Current) < 0)
                hasOwn = await own.MoveNextAsync();
            if (!hasOwn || !BackupRow.AreEqual(own.Current, there.Current))
                throw NotEmpty(set.Table, $", for example {there.Current.PartitionKey}/{there.Current.RowKey}");
        }
        while (await there.MoveNextAsync());
    }

    private RestoreRefusedException NotEmpty(TableClient table, string example) => new(
        $"The table {table.Name} has rows that the backup {backup.Name} does not have{example}. A restore does not overwrite and does "
            + "not mix: copy what you want to keep, delete the table, and run it again.");
}
