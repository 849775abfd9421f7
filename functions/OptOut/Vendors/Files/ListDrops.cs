using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OptOut.Records;

namespace OptOut.Vendors.Files;

/// <summary>A whole list, as it was dropped.</summary>
/// <param name="Name">Of the file, without its folder.</param>
/// <param name="At">When it was written.</param>
/// <param name="PassedOver">A newer file that is damaged, so that this one counts still; null where there is none.</param>
internal sealed record ListDrop(string Name, ETag Tag, long Length, DateTimeOffset At, string? PassedOver);

/// <summary>
/// Finds the newest whole list in <c>vendor-lists/{party}/</c>. Whole is a file that its digest fits (<c>{file}.sha256</c>), or, where the settings ask
/// for none, one without a digest that has lain unchanged for the settle time. What is still being written is passed over, and the list before it
/// counts until it is whole. Folders below are not looked at: reconciliation keeps its own pages there.
/// </summary>
internal sealed class ListDrops(StorageAccount storage, TimeProvider time)
{
    private const string Digest = ".sha256";

    // How upload clients call a file that they have not finished.
    private static readonly string[] Unfinished = [".tmp", ".part", ".filepart"];

    // A digest may be there a while before its file is; after this long the two belong to different files, or one is damaged.
    private static readonly TimeSpan LongestUpload = TimeSpan.FromHours(6);

    /// <returns>Null when there is none yet.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The storage does not answer.</exception>
    public async Task<ListDrop?> NewestAsync(string party, ListFileOptions options, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, BlobItemProperties>(StringComparer.Ordinal);
        await foreach (var item in storage.VendorLists.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", Folder(party), cancellationToken))
        {
            if (item.IsBlob)
                files.Add(item.Blob.Name[Folder(party).Length..], item.Blob.Properties);
        }

        string? damaged = null;
        foreach (var (name, properties) in files.Where(f => IsList(f.Key)).OrderByDescending(f => f.Value.LastModified).ThenByDescending(f => f.Key, StringComparer.Ordinal))
        {
            var at = properties.LastModified!.Value;
            if (files.ContainsKey(name + Digest))
            {
                if (await FitsAsync(party, name, properties.ETag!.Value, cancellationToken))
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

    private static bool IsList(string name) => !name.StartsWith('.') && !name.EndsWith(Digest, StringComparison.Ordinal) && !Unfinished.Any(u => name.EndsWith(u, StringComparison.OrdinalIgnoreCase));

    // The digest first: a file that is replaced after it was read no longer fits.
    private async Task<bool> FitsAsync(string party, string name, ETag tag, CancellationToken cancellationToken)
    {
        try
        {
            var written = (await Blob(party, name + Digest).DownloadContentAsync(cancellationToken)).Value.Content.ToString();
            var unchanged = new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = tag } };
            await using var stream = await Blob(party, name).OpenReadAsync(unchanged, cancellationToken);
            var digest = Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken));
            return written.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()?.Equals(digest, StringComparison.OrdinalIgnoreCase) == true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false; // Being replaced at this moment.
        }
    }

    private static string Folder(string party) => party + "/";
}
