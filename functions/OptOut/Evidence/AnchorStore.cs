using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// The container <c>anchors</c>, which holds each blob unalterable for its days. An anchor is one Put Blob and nothing after it: that is what such a policy
/// allows (<see href="https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies#scenarios"/>). The client's
/// OpenWrite would not do: it makes an empty blob first, and overwrites it.
/// </summary>
internal sealed class AnchorStore(StorageAccount storage)
{
    // Twice the largest that is written (AnchorWriter.MaxHeads): whatever is larger is none of ours.
    private const long MaxBytes = 10 << 20;

    /// <summary>The numbers of all anchors, ascending. A blob with another kind of name is no anchor.</summary>
    public async Task<IReadOnlyList<long>> NumbersAsync(CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        await foreach (var blob in storage.Anchors.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(blob.Name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && blob.Name == Anchor.Name(number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <returns>Null when there is none of that number.</returns>
    public async Task<AnchorDigest?> LinkAsync(long number, CancellationToken cancellationToken)
    {
        try
        {
            await using var blob = await Blob(number).OpenReadAsync(cancellationToken: cancellationToken);
            return new AnchorDigest(number, Convert.ToHexStringLower(await SHA256.HashDataAsync(blob, cancellationToken)));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <returns>Null when there is none of that number.</returns>
    /// <exception cref="FormatException">The blob is not an anchor of that number.</exception>
    public async Task<(Anchor Anchor, AnchorDigest Link)?> FindAsync(long number, CancellationToken cancellationToken)
    {
        if (await ReadAsync(number, cancellationToken) is not { } bytes)
            return null;
        var anchor = Anchor.Parse(Encoding.ASCII.GetString(bytes));
        return anchor.Number == number ? (anchor, Digest(number, bytes)) : throw new FormatException("The anchor has another number than its name.");
    }

    /// <returns>What the next anchor names; null when another anchor of that number stands there.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not take it.</exception>
    public async Task<AnchorDigest?> TryWriteAsync(Anchor anchor, CancellationToken cancellationToken)
    {
        var bytes = Encoding.ASCII.GetBytes(anchor.ToText());
        using var content = new MemoryStream(bytes, writable: false);
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "text/plain; charset=us-ascii" },
        };
        try
        {
            await Blob(anchor.Number).UploadAsync(content, options, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Another start was quicker; or the answer to our own first try was lost, and the client tried again.
            if (!(await ReadAsync(anchor.Number, cancellationToken)).AsSpan().SequenceEqual(bytes))
                return null;
        }

        return Digest(anchor.Number, bytes);
    }

    private async Task<byte[]?> ReadAsync(long number, CancellationToken cancellationToken)
    {
        try
        {
            var properties = (await Blob(number).GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return properties.ContentLength <= MaxBytes
                ? (await Blob(number).DownloadContentAsync(cancellationToken)).Value.Content.ToArray()
                : throw new FormatException($"The blob has {properties.ContentLength} bytes; an anchor has at most {MaxBytes}.");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private BlockBlobClient Blob(long number) => storage.Anchors.GetBlockBlobClient(Anchor.Name(number));

    private static AnchorDigest Digest(long number, byte[] bytes) => new(number, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
