using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>
/// The row <c>~restore~</c> of the table <c>runs</c>: which backup is being restored, or was restored last. With it, rows of the tables
/// that are rebuilt are known to come from the same restore.
/// </summary>
internal sealed class RestoreMark(StorageAccount storage)
{
    private const string Key = "~restore~", Backup = "Backup";

    /// <returns>Null if nothing was ever restored here.</returns>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        var row = await storage.Runs.GetEntityIfExistsAsync<TableEntity>(Key, Key, cancellationToken: cancellationToken);
        return row.HasValue ? row.Value!.GetString(Backup) : null;
    }

    public Task SetAsync(string backup, CancellationToken cancellationToken) => storage.Runs.UpsertEntityAsync(
        new TableEntity(Key, Key) { [Backup] = backup }, TableUpdateMode.Replace, cancellationToken);
}
