using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OptOut.Identity;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// The container <c>suppressions</c>, a folder for each vendor:
/// <c>manifest.json</c>, the version that counts; <c>full/{version}/suppressions.csv</c> and <c>.ndjson</c>, everybody;
/// <c>deltas/{keyed hash}.ndjson</c>, one contact point as it is since then. A reader takes the manifest, checks the digest of the file it names, and lays
/// the deltas over it. Blob storage renames nothing, so that the manifest is replaced in one write is what makes the change of version atomic.
/// </summary>
internal sealed class SuppressionStore(StorageAccount storage, IdentifierProtector protector)
{
    /// <summary>How many versions are kept, so that whoever reads one is not cut off, and a day can be looked up.</summary>
    internal const int KeptVersions = 7;

    // Clocks differ: ours, of the writer that began, and the storage's, of the delta. A delta kept for longer than it need be does no harm.
    private static readonly TimeSpan ClockRoom = TimeSpan.FromMinutes(10);

    private BlobContainerClient Container => storage.Suppressions;

    /// <summary>Sorts as the moments do; two writers that begin in the same second have two versions.</summary>
    internal static string NewVersion(DateTimeOffset began) =>
        $"{began.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    internal static string ManifestName(string vendor) => $"{vendor}/manifest.json";

    internal static string DeltaFolder(string vendor) => $"{vendor}/deltas/";

    internal Task<HashedBlob> OpenAsync(string vendor, string version, string format, string contentType, CancellationToken cancellationToken) =>
        HashedBlob.OpenAsync(Container, $"{FullFolder(vendor)}{version}/suppressions.{format}", format, contentType, cancellationToken);

    /// <returns>The manifest that counts, and which writing of it; null before the first.</returns>
    internal async Task<(SuppressionManifest Manifest, ETag Tag)?> FindAsync(string vendor, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await Container.GetBlobClient(ManifestName(vendor)).DownloadContentAsync(cancellationToken)).Value;
            return (SuppressionManifest.FromJson(found.Content.ToString()), found.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Lets a version count from now on, unless one counts already that was begun later.</summary>
    /// <returns>Whether it does.</returns>
    internal async Task<bool> SwitchAsync(SuppressionManifest manifest, CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await FindAsync(manifest.Vendor, cancellationToken);
            if (known is { } standing && standing.Manifest.Began > manifest.Began)
                return false;
            try
            {
                var conditions = known is { } seen ? new BlobRequestConditions { IfMatch = seen.Tag } : new BlobRequestConditions { IfNoneMatch = ETag.All };
                await Container.GetBlobClient(ManifestName(manifest.Vendor)).UploadAsync(
                    BinaryData.FromString(manifest.ToJson()), new BlobUploadOptions { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } }, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another writer was quicker: look which of us began later.
            }
        }
    }

    /// <summary>One contact point, as it is now. The file of before is replaced, so order, doubles and replays do not matter.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The storage did not take it.</exception>
    internal Task WriteDeltaAsync(string vendor, Identifier who, SuppressionLine line, CancellationToken cancellationToken) =>
        Container.GetBlobClient($"{DeltaFolder(vendor)}{protector.Hash(who)}.ndjson").UploadAsync(
            BinaryData.FromString(line.ToJson() + "\r\n"), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/x-ndjson" } }, cancellationToken);

    /// <summary>Deletes versions beyond the latest <see cref="KeptVersions"/>, and deltas that the version that counts has in it.</summary>
    internal async Task CleanAsync(string vendor, CancellationToken cancellationToken)
    {
        if (await FindAsync(vendor, cancellationToken) is not { } standing)
            return;

        await foreach (var delta in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, DeltaFolder(vendor), cancellationToken))
        {
            if (delta.Properties.LastModified < standing.Manifest.Began - ClockRoom)
                await DeleteAsync(delta.Name, delta.Properties.ETag, cancellationToken);
        }

        var blobs = new List<string>();
        await foreach (var blob in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, FullFolder(vendor), cancellationToken))
            blobs.Add(blob.Name);
        var kept = blobs.Select(b => Version(vendor, b)).Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).Take(KeptVersions).Append(standing.Manifest.Version).ToHashSet(StringComparer.Ordinal);
        foreach (var old in blobs.Where(b => !kept.Contains(Version(vendor, b))))
            await DeleteAsync(old, null, cancellationToken);
    }

    // Not where it was written anew since it was looked at.
    private async Task DeleteAsync(string name, ETag? seen, CancellationToken cancellationToken)
    {
        try
        {
            await Container.GetBlobClient(name).DeleteIfExistsAsync(conditions: seen is { } tag ? new BlobRequestConditions { IfMatch = tag } : null, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // It is of today then, and stays.
        }
    }

    private static string FullFolder(string vendor) => $"{vendor}/full/";

    private static string Version(string vendor, string blob) => blob[FullFolder(vendor).Length..].Split('/')[0];
}
