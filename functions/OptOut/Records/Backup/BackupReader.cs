using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.Backup;

/// <summary>A complete backup.</summary>
internal sealed record OpenedBackup(string Name, BackupManifest Manifest);

/// <summary>Finds backups and reads their rows: one part is in memory at a time.</summary>
internal sealed class BackupReader(BackupStore backups, IdentifierProtector protector)
{
    /// <param name="name">For example <c>2026-05-01/043000</c>; null for the newest.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="RestoreRefusedException">There is no such backup, or it is not one to restore here.</exception>
    public async Task<OpenedBackup> OpenAsync(string? name, CancellationToken cancellationToken)
    {
        var names = await backups.NamesAsync(cancellationToken);
        if (name is null && names.Count == 0)
            throw new RestoreRefusedException("There is no complete backup in the container backup.");
        if (name is not null && !names.Contains(name, StringComparer.Ordinal))
        {
            throw new RestoreRefusedException(
                $"{name} is not a complete backup: it has no manifest. " + (names.Count == 0
                    ? "There is no other."
                    : $"Complete are {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", and older ones" : "")}."));
        }

        var chosen = name ?? names[0];
        var manifest = await backups.FindManifestAsync(chosen, cancellationToken)
            ?? throw new RestoreRefusedException($"The backup {chosen} was listed and is gone.");
        if (manifest.HashSecretCheck != BackupManifest.CheckOf(protector))
        {
            throw new RestoreRefusedException(
                $"The backup {chosen} was made with another OptOut:Data:HashSecret: with this one, no row of it could be found.");
        }

        // The tables may have been emptied before a night's backup.
        if (name is null
            && await backups.LargestAsync(names, cancellationToken) is { } largest
            && manifest.HasShrunkSince(largest.Manifest))
        {
            throw new RestoreRefusedException(
                $"The newest backup, {chosen}, has {manifest.RowsOf(BackupSet.Consent)} rows of the table consent, and {largest.Name} has "
                    + $"{largest.Manifest.RowsOf(BackupSet.Consent)}. Name the one that you want.");
        }

        return new OpenedBackup(chosen, manifest);
    }

    /// <summary>Reads every part: its hash, its rows and their order, and whether the contact points can be decrypted.</summary>
    /// <exception cref="RestoreRefusedException">One of them is not as it should be.</exception>
    public async Task VerifyAsync(OpenedBackup backup, Action<string, long> onProgress, CancellationToken cancellationToken)
    {
        var (readable, unreadable) = (0L, 0L);
        foreach (var table in backup.Manifest.Tables)
        {
            TableEntity? last = null;
            var rows = 0L;
            foreach (var part in table.Parts)
            {
                var before = rows;
                await foreach (var row in RowsAsync(backup, part, cancellationToken))
                {
                    if (last is not null && BackupRow.Compare(last, row) >= 0)
                        throw Altered(backup, part, "its rows are not in the order of their keys");
                    if (table.Name == BackupSet.Consent && CanDecrypt(row) is { } can)
                        _ = can ? readable++ : unreadable++;
                    last = row;
                    onProgress(table.Name, ++rows);
                }

                if (rows - before != part.Rows)
                    throw Altered(backup, part, $"it has {rows - before} rows, and the manifest says {part.Rows}");
            }

            if (rows != table.Rows)
            {
                throw new RestoreRefusedException(
                    $"The manifest of the backup {backup.Name} contradicts itself about {table.Name}: it was altered. "
                        + "Choose another backup.");
            }
        }

        if (readable == 0 && unreadable > 0)
            throw new RestoreRefusedException("No contact point can be decrypted: the keys in OptOut:Data:Keys have other secrets.");
    }

    /// <summary>The rows of a table, in the order of their keys.</summary>
    /// <exception cref="RestoreRefusedException">A part is missing or was altered.</exception>
    public async IAsyncEnumerable<TableEntity> RowsAsync(
        OpenedBackup backup, string table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in backup.Manifest.Tables.Where(t => t.Name == table).SelectMany(t => t.Parts))
        {
            await foreach (var row in RowsAsync(backup, part, cancellationToken))
                yield return row;
        }
    }

    private async IAsyncEnumerable<TableEntity> RowsAsync(
        OpenedBackup backup, BackupPart part, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var content = await backups.FindAsync(backup.Name, part.Name, cancellationToken) ?? throw Altered(backup, part, "it is missing");
        if (BackupStore.Hash(content) != part.Sha256)
            throw Altered(backup, part, "its SHA-256 is not the one in the manifest");
        await using var zip = new GZipStream(content.ToStream(), CompressionMode.Decompress);
        using var lines = new StreamReader(zip, Encoding.UTF8);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            TableEntity row;
            try
            {
                row = BackupRow.Read(line);
            }
            catch (FormatException e)
            {
                throw Altered(backup, part, $"a line cannot be read ({e.Message})");
            }

            yield return row;
        }
    }

    // Contact points are rebuilt from these. A missing key is reported before anything was written. A row that somebody altered is
    // restored as it is, like every other.
    private bool? CanDecrypt(TableEntity row)
    {
        if (!row.RowKey.StartsWith("subject~", StringComparison.Ordinal))
            return null;
        try
        {
            return ProfileRow.Read(SubjectKey.Parse(row.PartitionKey), row, protector).HasContactPoints ? true : null;
        }
        catch (Exception e) when (e is AuthenticationTagMismatchException or FormatException or JsonException)
        {
            return false;
        }
        catch (CryptographicException e)
        {
            throw new RestoreRefusedException($"The contact points of subject {row.PartitionKey} cannot be decrypted. {e.Message}", e);
        }
    }

    private static RestoreRefusedException Altered(OpenedBackup backup, BackupPart part, string what) =>
        new($"{part.Name} of the backup {backup.Name} was altered: {what}. Choose another backup, or an earlier version of the blob.");
}
