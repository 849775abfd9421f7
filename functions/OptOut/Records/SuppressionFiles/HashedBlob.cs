using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// A blob that is written line by line, with its size and digest. It is never in memory as a whole, and is not visible until it is closed.
/// </summary>
internal sealed class HashedBlob : IAsyncDisposable
{
    private readonly Stream _blob;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly string _name;
    private readonly string _format;
    private long _bytes;

    private HashedBlob(Stream blob, string name, string format) => (_blob, _name, _format) = (blob, name, format);

    public static async Task<HashedBlob> OpenAsync(
        BlobContainerClient container, string name, string format, string contentType, CancellationToken cancellationToken)
    {
        var options = new BlockBlobOpenWriteOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } };
        return new HashedBlob(
            await container.GetBlockBlobClient(name).OpenWriteAsync(overwrite: true, options, cancellationToken), name, format);
    }

    public async Task WriteLineAsync(string line, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\r\n");
        _hash.AppendData(bytes);
        _bytes += bytes.Length;
        await _blob.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>The blob's entry in the manifest.</summary>
    public SuppressionManifestFile Describe() => new(_name, _format, _bytes, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    public async ValueTask DisposeAsync()
    {
        await _blob.DisposeAsync();
        _hash.Dispose();
    }
}
