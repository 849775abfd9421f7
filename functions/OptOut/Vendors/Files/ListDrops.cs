using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OptOut.Records;

namespace OptOut.Vendors.Files;

/// <summary>A complete list that somebody dropped in the container.</summary>
/// <param name="Name">The name of the file, without its folder.</param>
/// <param name="At">When it was written.</param>
/// <param name="DamagedFile">A newer file that was skipped because it is damaged; null when there is none.</param>
internal sealed record ListDrop(string Name, ETag Tag, long Length, DateTimeOffset At, string? DamagedFile);

/// <summary>
/// Finds the newest complete list in <c>vendor-lists/{party}/</c>. A file is complete if it matches its digest (<c>{file}.sha256</c>) or,
/// unless the settings require a digest, if it has no digest and has not changed for the settle time. A file that is still being written
/// is skipped, and the previous list is used until it is complete. Subfolders are ignored: reconciliation keeps its own pages there.
/// </summary>
internal sealed class ListDrops(StorageAccount storage, TimeProvider time)
{
    private const string Digest = ".sha256";

    // The extensions that upload clients give to unfinished files.
    private static readonly string[] Unfinished = [".tmp", ".part", ".filepart"];

    // A digest may be uploaded some time before its file. After this long, the two belong to different files or one is damaged.
    private static readonly TimeSpan LongestUpload = TimeSpan.FromHours(6);

    /// <returns>Null when there is no list yet.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The storage is unavailable.</exception>
    public async Task<ListDrop?> NewestAsync(string party, ListFileOptions options, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, BlobItemProperties>(StringComparer.Ordinal);
        await foreach (var item in storage.VendorLists.GetBlobsByHierarchyAsync(
            BlobTraits.None, BlobStates.None, "/", Folder(party), cancellationToken))
        {
            if (item.IsBlob)
                files.Add(item.Blob.Name[Folder(party).Length..], item.Blob.Properties);
        }

        string? damaged = null;
        foreach (var (name, properties) in files
            .Where(f => IsList(f.Key))
            .OrderByDescending(f => f.Value.LastModified)
            .ThenByDescending(f => f.Key, StringComparer.Ordinal))
        {
            var at = properties.LastModified!.Value;
            if (files.ContainsKey(name + Digest))
            {
                if (await MatchesDigestAsync(party, name, properties.ETag!.Value, cancellationToken))
                    return Drop(name, properties, damaged);
                if (time.GetUtcNow() - at > LongestUpload)
                    damaged ??= name;
            }
            else if (!options.NeedsDigest && time.GetUtcNow() - at >= options.SettleTime)
            {
                return Drop(name, properties, damaged);
            }
        }

        return null;
    }

    public BlobClient Blob(string party, string name) => storage.VendorLists.GetBlobClient(Folder(party) + name);

    private static ListDrop Drop(string name, BlobItemProperties properties, string? damaged) =>
        new(name, properties.ETag!.Value, properties.ContentLength!.Value, properties.LastModified!.Value, damaged);

    private static bool IsList(string name) => !name.StartsWith('.')
        && !name.EndsWith(Digest, StringComparison.Ordinal)
        && !Unfinished.Any(u => name.EndsWith(u, StringComparison.OrdinalIgnoreCase));

    // The digest is read first: a file that is replaced after that no longer matches.
    private async Task<bool> MatchesDigestAsync(string party, string name, ETag tag, CancellationToken cancellationToken)
    {
        try
        {
            var written = (await Blob(party, name + Digest).DownloadContentAsync(cancellationToken)).Value.Content.ToString();
            var unchanged = new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = tag } };
            await using var stream = await Blob(party, name).OpenReadAsync(unchanged, cancellationToken);
            var digest = Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken));
            return written
                    .Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
                    .FirstOrDefault()
                    ?.Equals(digest, StringComparison.OrdinalIgnoreCase)
                == true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false; // The file is being replaced right now.
        }
    }

    private static string Folder(string party) => party + "/";
}
