using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OptOut.Records.Backup;

/// <summary>
/// The container <c>backup</c>, which keeps each blob immutable for its retention period. A backup is the folder <c>yyyy-MM-dd/HHmmss</c>,
/// named for its beginning in UTC. A blob is created by one Put Blob and never written again.
/// </summary>
internal sealed class BackupStore(StorageAccount storage)
{
    private const string ManifestName = "manifest.json";

    private const int Week = 7;

    // A part is in memory anyway. A single Put Blob is all that the policy of the container allows.
    private static readonly StorageTransferOptions OnePut = new() { InitialTransferSize = 256 << 20 };

    public static string NameOf(DateTimeOffset began) =>
        began.UtcDateTime.ToString("yyyy-MM-dd'/'HHmmss", CultureInfo.InvariantCulture);

    /// <returns>The SHA-256 of the bytes.</returns>
    /// <exception cref="InvalidOperationException">There is another blob of that name: two backups began in the same second.</exception>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public async Task<string> CreateAsync(string backup, string name, BinaryData content, CancellationToken cancellationToken)
    {
        var hash = Hash(content);
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            TransferOptions = OnePut,
        };
        try
        {
            await using var stream = content.ToStream();
            await Blob(backup, name).UploadAsync(stream, options, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // It is ours if the answer to a first attempt was lost.
            if (await FindAsync(backup, name, cancellationToken) is not { } found || Hash(found) != hash)
                throw new InvalidOperationException($"Another backup is being written to {backup}.", e);
        }

        return hash;
    }

    /// <returns>The content; null if there is no such blob.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<BinaryData?> FindAsync(string backup, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Blob(backup, name).DownloadContentAsync(cancellationToken)).Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public Task<string> CreateManifestAsync(string backup, BackupManifest manifest, CancellationToken cancellationToken) =>
        CreateAsync(backup, ManifestName, BinaryData.FromString(manifest.ToJson()), cancellationToken);

    /// <returns>Null if there is no manifest, and so no backup.</returns>
    /// <exception cref="RestoreRefusedException">The manifest cannot be read.</exception>
    public async Task<BackupManifest?> FindManifestAsync(string backup, CancellationToken cancellationToken) =>
        await FindAsync(backup, ManifestName, cancellationToken) is { } json ? BackupManifest.FromJson(backup, json.ToString()) : null;

    /// <summary>The complete backups, newest first.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var day in await FoldersAsync("", cancellationToken))
        {
            foreach (var run in await FoldersAsync(day, cancellationToken))
            {
                if (await Blob(run.TrimEnd('/'), ManifestName).ExistsAsync(cancellationToken))
                    names.Add(run.TrimEnd('/'));
            }
        }

        return [.. names.OrderDescending(StringComparer.Ordinal)];
    }

    /// <summary>Of the first seven of these backups, the one with the most rows of the table <c>consent</c>.</summary>
    /// <returns>Null if there is none that can be read.</returns>
    public async Task<OpenedBackup?> LargestAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        OpenedBackup? largest = null;
        foreach (var name in names.Take(Week))
        {
            try
            {
                if (await FindManifestAsync(name, cancellationToken) is { } manifest
                    && !(manifest.RowsOf(BackupSet.Consent) < largest?.Manifest.RowsOf(BackupSet.Consent)))
                {
                    largest = new OpenedBackup(name, manifest);
                }
            }
            catch (RestoreRefusedException)
            {
                // Another version wrote it, or somebody altered it. A restore reports it.
            }
        }

        return largest;
    }

    public static string Hash(BinaryData content) => Convert.ToHexStringLower(SHA256.HashData(content.ToMemory().Span));

    private async Task<IReadOnlyList<string>> FoldersAsync(string prefix, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        await foreach (var item in storage.Backup.GetBlobsByHierarchyAsync(
            new GetBlobsByHierarchyOptions { Prefix = prefix, Delimiter = "/" }, cancellationToken))
        {
            if (item.IsPrefix)
                folders.Add(item.Prefix);
        }

        return folders;
    }

    private BlockBlobClient Blob(string backup, string name) => storage.Backup.GetBlockBlobClient($"{backup}/{name}");
}
