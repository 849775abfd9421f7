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
                throw Refused($"The table {rebuilt.Name} has rows, and a restore rebuilds it from nothing.");
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
            {
                throw Refused(
                    $"The table {set.Table.Name} has rows that the backup {backup.Name} does not have, for example "
                        + $"{there.Current.PartitionKey}/{there.Current.RowKey}. A restore does not overwrite and does not mix.");
            }
        }
        while (await there.MoveNextAsync());
    }

    private static RestoreRefusedException Refused(string why) =>
        new($"{why} Copy what you want to keep, delete the table, and run it again.");
}
