using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OptOut.Identity;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// The container <c>suppressions</c>, with a folder for each vendor:
/// <c>manifest.json</c>, the current version; <c>full/{version}/suppressions.csv</c> and <c>.ndjson</c>, everyone;
/// <c>deltas/{keyed hash}.ndjson</c>, one contact point that changed since then. A reader reads the manifest, verifies the digest of
/// the file that it names, and applies the deltas. Blob storage cannot rename, so the change of version is atomic because the manifest
/// is replaced in one write.
/// </summary>
internal sealed class SuppressionStore(StorageAccount storage, IdentifierProtector protector)
{
    /// <summary>How many versions are kept, so that a slow reader can finish and an earlier day can be looked up.</summary>
    internal const int KeptVersions = 7;

    // The writer's clock and the storage's clock, which dates the deltas, may differ. Keeping a delta longer than necessary does no harm.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private BlobContainerClient Container => storage.Suppressions;

    /// <summary>Versions sort by time. Two writers that start in the same second have different versions.</summary>
    internal static string NewVersion(DateTimeOffset began) =>
        $"{began.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    internal static string ManifestName(string vendor) => $"{vendor}/manifest.json";

    internal static string DeltaFolder(string vendor) => $"{vendor}/deltas/";

    internal Task<HashedBlob> OpenAsync(
        string vendor, string version, string format, string contentType, CancellationToken cancellationToken) =>
        HashedBlob.OpenAsync(Container, $"{FullFolder(vendor)}{version}/suppressions.{format}", format, contentType, cancellationToken);

    /// <returns>The current manifest and its ETag; null before the first.</returns>
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

    /// <summary>Makes a version the current one, unless the current one was started later.</summary>
    /// <returns>Whether the version is now current.</returns>
    internal async Task<bool> SwitchAsync(SuppressionManifest manifest, CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await FindAsync(manifest.Vendor, cancellationToken);
            if (known is { } current && current.Manifest.Began > manifest.Began)
                return false;
            try
            {
                var conditions = known is { } seen
                    ? new BlobRequestConditions { IfMatch = seen.Tag }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All };
                await Container.GetBlobClient(ManifestName(manifest.Vendor)).UploadAsync(
                    BinaryData.FromString(manifest.ToJson()),
                    new BlobUploadOptions
                    {
                        Conditions = conditions,
                        HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                    },
                    cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another writer was faster: compare start times again.
            }
        }
    }

    /// <summary>
    /// Writes the current state of one contact point. It replaces the earlier delta, so order, duplicates and replays do not matter.
    /// </summary>
    /// <exception cref="Platform.StoreUnavailableException">The storage did not accept it.</exception>
    internal Task WriteDeltaAsync(string vendor, Identifier who, SuppressionLine line, CancellationToken cancellationToken) =>
        Container.GetBlobClient($"{DeltaFolder(vendor)}{protector.Hash(who)}.ndjson").UploadAsync(
            BinaryData.FromString(line.ToJson() + "\r\n"),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/x-ndjson" } },
            cancellationToken);

    /// <summary>Deletes versions beyond the latest <see cref="KeptVersions"/>, and deltas that the current version includes.</summary>
    internal async Task CleanAsync(string vendor, CancellationToken cancellationToken)
    {
        if (await FindAsync(vendor, cancellationToken) is not { } current)
            return;

        await foreach (var delta in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, DeltaFolder(vendor), cancellationToken))
        {
            if (delta.Properties.LastModified < current.Manifest.Began - ClockTolerance)
                await DeleteAsync(delta.Name, delta.Properties.ETag, cancellationToken);
        }

        var blobs = new List<string>();
        await foreach (var blob in Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, FullFolder(vendor), cancellationToken))
            blobs.Add(blob.Name);
        var kept = blobs
            .Select(b => Version(vendor, b))
            .Distinct(StringComparer.Ordinal)
            .OrderDescending(StringComparer.Ordinal)
            .Take(KeptVersions)
            .Append(current.Manifest.Version)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var old in blobs.Where(b => !kept.Contains(Version(vendor, b))))
            await DeleteAsync(old, null, cancellationToken);
    }

    // Deletes the blob only if it was not written again since it was listed.
    private async Task DeleteAsync(string name, ETag? seen, CancellationToken cancellationToken)
    {
        try
        {
            await Container.GetBlobClient(name)
                .DeleteIfExistsAsync(
                    conditions: seen is { } tag ? new BlobRequestConditions { IfMatch = tag } : null, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // The blob was written again, so it stays.
        }
    }

    private static string FullFolder(string vendor) => $"{vendor}/full/";

    private static string Version(string vendor, string blob) => blob[FullFolder(vendor).Length..].Split('/')[0];
}
