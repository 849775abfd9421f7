using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>Collects lines in memory, compressed, until they are a part.</summary>
internal sealed class PartWriter : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly GZipStream _zip;

    public PartWriter() => _zip = new GZipStream(_bytes, CompressionLevel.Optimal, leaveOpen: true);

    public long Rows { get; private set; }

    /// <summary>What is compressed so far; the last few KB may still be in a buffer.</summary>
    public long Bytes => _bytes.Length;

    public void Add(TableEntity row)
    {
        using (var json = new Utf8JsonWriter(_zip))
            BackupRow.Write(json, row);
        _zip.WriteByte((byte)'\n');
        Rows++;
    }

    /// <summary>The whole part. Nothing can be added after it.</summary>
    public BinaryData Finish()
    {
        _zip.Dispose();
        return new BinaryData(_bytes.GetBuffer().AsMemory(0, (int)_bytes.Length));
    }

    public void Dispose()
    {
        _zip.Dispose();
        _bytes.Dispose();
    }
}
