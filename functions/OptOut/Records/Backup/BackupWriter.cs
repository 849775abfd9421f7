using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using OptOut.Identity;

namespace OptOut.Records.Backup;

/// <summary>A finished backup.</summary>
/// <param name="HasShrunk">
/// Whether the table <c>consent</c> has lost more than a tenth of the rows that it had in a backup of the last week: something is wrong
/// with the tables, and this backup is not the one to restore.
/// </param>
internal sealed record WrittenBackup(string Name, BackupManifest Manifest, bool HasShrunk);

/// <summary>
/// Writes every row that cannot be rebuilt to write-once blobs: a page of a table and one part are in memory at a time. It is not a picture
/// of one moment, but each subject's rows are; the README of this folder says why that is enough.
/// </summary>
/// <param name="maxRows">How many rows one part may have; a subject is never cut.</param>
internal sealed partial class BackupWriter(
    StorageAccount storage,
    BackupStore backups,
    IdentifierProtector protector,
    TimeProvider time,
    ILogger<BackupWriter> logger,
    int maxRows = 50_000)
{
    // Compressed, so some 80 MB of JSON that a reader unpacks line by line.
    private const long MaxBytes = 8 << 20;

    // A subject whose ledger grows while it is read is read again. One that was tampered with stays torn.
    private const int MaxReads = 5;

    /// <exception cref="Platform.StoreUnavailableException">
    /// The store did not answer. What was written has no manifest, and is not a backup; the next run begins a new one.
    /// </exception>
    public async Task<WrittenBackup> RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var name = BackupStore.NameOf(began);
        var before = await backups.LargestAsync(await backups.NamesAsync(cancellationToken), cancellationToken);
        var (tables, torn) = (new List<BackupTable>(), 0);
        foreach (var set in BackupSet.All(storage))
        {
            IAsyncEnumerable<IReadOnlyList<TableEntity>> partitions = Sorted(set, cancellationToken).ByPartitionAsync(cancellationToken);
            if (set.Name == BackupSet.Consent)
                partitions = WholeAsync(partitions, () => torn++, cancellationToken);
            tables.Add(await WriteAsync(name, set.Name, partitions, cancellationToken));
        }

        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Began = began,
            Ended = time.GetUtcNow(),
            HashSecretCheck = BackupManifest.CheckOf(protector),
            Torn = torn,
            Tables = tables,
        };

        // The log is kept elsewhere: this line pins the manifest and, through it, every part.
        var hash = await backups.CreateManifestAsync(name, manifest, cancellationToken);
        LogWritten(name, hash, tables.Sum(t => t.Rows), manifest.RowsOf(BackupSet.Consent));
        var hasShrunk = manifest.HasShrunkSince(before?.Manifest);
        if (hasShrunk)
            LogShrunk(name, manifest.RowsOf(BackupSet.Consent), before!.Manifest.RowsOf(BackupSet.Consent), before.Name);
        return new WrittenBackup(name, manifest, hasShrunk);
    }

    private async Task<BackupTable> WriteAsync(
        string backup, string table, IAsyncEnumerable<IReadOnlyList<TableEntity>> partitions, CancellationToken cancellationToken)
    {
        var (parts, part) = (new List<BackupPart>(), new PartWriter());
        try
        {
            await foreach (var partition in partitions)
            {
                foreach (var row in partition)
                    part.Add(row);
                if (part.Rows < maxRows && part.Bytes < MaxBytes)
                    continue;
                await WriteAsync();
                part.Dispose();
                part = new PartWriter();
            }

            if (part.Rows > 0)
                await WriteAsync();
        }
        finally
        {
            part.Dispose();
        }

        return new BackupTable(table, parts.Sum(p => p.Rows), parts);

        async Task WriteAsync()
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{table}/{parts.Count:D5}.ndjson.gz");
            parts.Add(new BackupPart(name, part.Rows, await backups.CreateAsync(backup, name, part.Finish(), cancellationToken)));
        }
    }

    // A restore compares a table with a backup in this order.
    private static async IAsyncEnumerable<TableEntity> Sorted(BackupSet set, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TableEntity? last = null;
        await foreach (var row in set.Table.QueryAsync<TableEntity>(set.Filter, cancellationToken: cancellationToken))
        {
            if (last is not null && BackupRow.Compare(last, row) >= 0)
                throw new InvalidOperationException($"The table {set.Table.Name} was not read in the order of its keys.");
            yield return last = row;
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<TableEntity>> WholeAsync(
        IAsyncEnumerable<IReadOnlyList<TableEntity>> partitions,
        Action onTorn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var read in partitions.WithCancellation(cancellationToken))
        {
            var (partition, key) = (read, read[0].PartitionKey);
            for (var reads = 1; reads < MaxReads && !SubjectPartitions.IsWhole(partition); reads++)
            {
                partition = await storage.Consent
                    .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {key}"), cancellationToken: cancellationToken)
                    .ToListAsync(cancellationToken);
            }

            if (!SubjectPartitions.IsWhole(partition))
            {
                LogTorn(key);
                onTorn();
            }

            yield return partition;
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Backup {Backup} with manifest SHA-256 {Sha256} has {Rows} rows, {Consent} of them of the table consent")]
    private partial void LogWritten(string backup, string sha256, long rows, long consent);

    [LoggerMessage(
        LogLevel.Error,
        "Backup {Backup} has {Rows} rows of the table consent, and {Before} had {RowsBefore}: rows are gone. Do not restore {Backup}; "
            + "see the restore page")]
    private partial void LogShrunk(string backup, long rows, long rowsBefore, string before);

    [LoggerMessage(
        LogLevel.Error,
        "The ledger of subject {Subject} does not end where its state says; it was backed up as it is, for somebody to look into")]
    private partial void LogTorn(string subject);
}
