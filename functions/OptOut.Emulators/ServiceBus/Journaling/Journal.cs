using System.Buffers.Binary;
using System.IO.Hashing;

namespace OptOut.Emulators.ServiceBus.Journaling;

/// <summary>
/// An append-only file of records: length (4 bytes), CRC-32 of the entries (4 bytes), then the entries. A record is one write, which
/// returns when the operating system has the bytes: they survive a crash of this process, but not of the machine. The entries of one
/// record are replayed together or not at all.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int HeaderBytes = 8;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly MemoryStream _buffer = new();
    private readonly BinaryWriter _writer;
    private FileStream _file;

    private Journal(string path, FileStream @lock, FileStream file)
    {
        _path = path;
        _lock = @lock;
        _file = file;
        _writer = new BinaryWriter(_buffer, JournalCodec.Text);
    }

    /// <summary>Opens or creates the journal in a folder, and truncates an incomplete last record.</summary>
    /// <param name="replay">Receives every entry, oldest first.</param>
    /// <exception cref="IOException">Another process has it open, or the disk fails.</exception>
    public static Journal Open(string folder, Action<JournalEntry> replay)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "servicebus.journal");
        var @lock = Lock(path);
        FileStream? file = null;
        try
        {
            file = OpenFile(path, FileMode.OpenOrCreate);
            file.SetLength(Replay(file, replay));
            file.Seek(0, SeekOrigin.End);
            return new Journal(path, @lock, file);
        }
        catch
        {
            file?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Appends the entries as one record.</summary>
    public void Write(params ReadOnlySpan<JournalEntry> entries)
    {
        if (entries.IsEmpty)
            return;
        var record = Encode(entries);
        var start = _file.Position;
        try
        {
            _file.Write(record);
        }
        catch (IOException)
        {
            // An incomplete record in the middle would make the next start ignore all later ones.
            _file.SetLength(start);
            _file.Seek(start, SeekOrigin.Begin);
            throw;
        }
    }

    /// <summary>
    /// Rewrites the journal with only the current state. The new file is complete on disk before it replaces the old one, so a crash at
    /// any time leaves one complete journal.
    /// </summary>
    /// <exception cref="IOException">The disk write failed; the old journal is unchanged.</exception>
    public void Compact(IEnumerable<JournalEntry> current)
    {
        var fresh = OpenFile(_path + ".new", FileMode.Create);
        try
        {
            foreach (var chunk in current.Chunk(64))
                fresh.Write(Encode(chunk));
            fresh.Flush(flushToDisk: true);
            File.Move(_path + ".new", _path, overwrite: true);
        }
        catch
        {
            fresh.Dispose();
            throw;
        }

        _file.Dispose();
        _file = fresh;
    }

    public void Dispose()
    {
        _file.Dispose();
        _writer.Dispose();
        _lock.Dispose();
    }

    // A separate lock file, because compaction replaces the journal file and would lose a lock on it.
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem)
        {
            throw new IOException($"The Service Bus journal '{path}' is in use by another process.", problem);
        }
    }

    // FileShare.Delete, because otherwise Windows does not let an open file be renamed over another.
    private static FileStream OpenFile(string path, FileMode mode) =>
        new(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private ReadOnlySpan<byte> Encode(ReadOnlySpan<JournalEntry> entries)
    {
        _buffer.SetLength(HeaderBytes);
        _buffer.Position = HeaderBytes;
        foreach (var entry in entries)
            JournalCodec.Write(_writer, entry);
        _writer.Flush();
        var record = _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32.HashToUInt32(record[HeaderBytes..]));
        return record;
    }

    // Returns the end of the last complete record. A killed process can only leave an incomplete record at the end, so reading stops there.
    private static long Replay(FileStream file, Action<JournalEntry> replay)
    {
        file.Seek(0, SeekOrigin.Begin);
        var input = new BufferedStream(file, 1 << 16); // not disposed: that would close the file
        long end = 0;
        var header = new byte[HeaderBytes];
        while (input.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (length <= 0 || length > file.Length - end - HeaderBytes)
                break;
            var record = new byte[length];
            if (input.ReadAtLeast(record, length, throwOnEndOfStream: false) < length
                || Crc32.HashToUInt32(record) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)))
            {
                break;
            }

            using var reader = new BinaryReader(new MemoryStream(record), JournalCodec.Text);
            while (reader.BaseStream.Position < length)
                replay(JournalCodec.Read(reader));
            end += HeaderBytes + length;
        }

        return end;
    }
}
