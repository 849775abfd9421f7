using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// The container <c>anchors</c>, which keeps each blob immutable for its retention period. An anchor is written by one Put Blob and nothing
/// after it: that is what such a policy allows
/// (<see href="https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies#scenarios"/>). The client's
/// OpenWrite would not work: it creates an empty blob first, and then overwrites it.
/// </summary>
internal sealed class AnchorStore(StorageAccount storage)
{
    // Twice the largest anchor that is written (AnchorWriter.MaxHeads): anything larger is not one of ours.
    private const long MaxBytes = 10 << 20;

    /// <summary>The numbers of all anchors, ascending. A blob with any other kind of name is not an anchor.</summary>
    public async Task<IReadOnlyList<long>> NumbersAsync(CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        await foreach (var blob in storage.Anchors.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(blob.Name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && blob.Name == Anchor.Name(number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    /// <returns>Null when there is no anchor with that number.</returns>
    public async Task<AnchorDigest?> DigestAsync(long number, CancellationToken cancellationToken)
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

    /// <returns>Null when there is no anchor with that number.</returns>
    /// <exception cref="FormatException">The blob is not an anchor with that number.</exception>
    public async Task<(Anchor Anchor, AnchorDigest Digest)?> FindAsync(long number, CancellationToken cancellationToken)
    {
        if (await ReadAsync(number, cancellationToken) is not { } bytes)
            return null;
        var anchor = Anchor.Parse(Encoding.ASCII.GetString(bytes));
        return anchor.Number == number
            ? (anchor, Digest(number, bytes))
            : throw new FormatException("The number in the anchor is not the one in its name.");
    }

    /// <returns>The digest that the next anchor contains; null when a different anchor with that number exists.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
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
            // Another instance was faster; or the answer to our own first attempt was lost, and the client retried.
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
