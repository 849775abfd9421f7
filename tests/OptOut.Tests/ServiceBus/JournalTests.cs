using CsCheck;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Tests.ServiceBus;

public sealed class JournalTests
{
    private static readonly Gen<DateTimeOffset> Moments = Gen.Long[0, 1_000_000].Select(
        seconds => DateTimeOffset.UnixEpoch.AddSeconds(seconds));

    private static readonly Gen<ReadOnlyMemory<byte>> Bytes = Gen.Byte.Array[0, 300].Select(bytes => (ReadOnlyMemory<byte>)bytes);

    private static readonly Gen<Placement[]> Places =
        Gen.Select(Gen.String, Gen.Long, (queue, number) => new Placement(queue, number)).Array[0, 3];

    private static readonly Gen<JournalEntry> Entries = Gen.OneOf<JournalEntry>(
        Gen.Select(Gen.String, Gen.Long, Moments, Places, Bytes, (t, n, at, p, m) => (JournalEntry)new Published(t, n, at, p, m)),
        Gen.Select(Gen.String, Gen.Long, Moments, Moments, Bytes, (t, n, at, due, m) => (JournalEntry)new Scheduled(t, n, at, due, m)),
        Gen.Select(Gen.String, Gen.Long, Moments, Places, (t, n, at, p) => (JournalEntry)new Activated(t, n, at, p)),
        Gen.Select(Gen.String, Gen.Long, (t, n) => (JournalEntry)new Cancelled(t, n)),
        Gen.Select(Gen.String, Gen.Long, Gen.Int, (q, n, count) => (JournalEntry)new Delivered(q, n, count)),
        Gen.Select(Gen.String, Gen.Long, Gen.Bool, Bytes, (q, n, deferred, p) => (JournalEntry)new Changed(q, n, deferred, p)),
        Gen.Select(Gen.String, Gen.Long, (q, n) => (JournalEntry)new Removed(q, n)),
        Gen.Select(Gen.String, Gen.Long, Gen.Long, Bytes, (q, n, to, p) => (JournalEntry)new DeadLettered(q, n, to, p)),
        Gen.Select(Gen.Select(Gen.String, Gen.Long, Gen.Long), Moments, Moments, Gen.Int, Gen.Bool, Gen.String, Bytes, Bytes,
            (id, at, until, count, deferred, source, p, m) => (JournalEntry)new Stored(
                id.Item1, id.Item2, id.Item3, at, until, count, deferred, source, p, m)),
        Gen.Select(Gen.String, Gen.Long, (e, n) => (JournalEntry)new LastSequence(e, n)),
        Gen.Select(Gen.String, Gen.String, Moments, (t, id, at) => (JournalEntry)new SeenMessageId(t, id, at)));

    [Fact]
    public void Every_entry_reads_back_as_it_was_written() => Entries.Array[1, 10].Sample(entries =>
    {
        using var folder = new TemporaryFolder();
        using (var journal = Journal.Open(folder.Path, _ => Assert.Fail("A new journal is empty.")))
            journal.Write(entries);

        Assert.Equal(Texts(entries), Texts(ReadBack(folder)));
    }, iter: 50);

    /// <summary>Wherever a crash cuts the file off, the complete records before that point are read, and nothing else.</summary>
    [Fact]
    public void A_torn_record_is_truncated_and_all_earlier_records_are_kept() =>
        Gen.Select(Entries.Array[1, 4].Array[1, 5], Gen.Double[0, 1]).Sample((records, where) =>
        {
            using var folder = new TemporaryFolder();
            var file = Path.Combine(folder.Path, "servicebus.journal");
            var ends = new List<long>();
            using (var journal = Journal.Open(folder.Path, _ => { }))
            {
                foreach (var record in records)
                {
                    journal.Write(record);
                    ends.Add(new FileInfo(file).Length);
                }
            }

            var cut = (long)(ends[^1] * where);
            using (var stream = File.OpenWrite(file))
                stream.SetLength(cut);
            var whole = ends.Count(end => end <= cut);

            Assert.Equal(Texts(records.Take(whole).SelectMany(record => record)), Texts(ReadBack(folder)));
            Assert.Equal(whole == 0 ? 0 : ends[whole - 1], new FileInfo(file).Length);
        }, iter: 100);

    [Fact]
    public void Garbage_after_the_last_record_is_truncated_and_writing_continues()
    {
        using var folder = new TemporaryFolder();
        using (var journal = Journal.Open(folder.Path, _ => { }))
            journal.Write(new Removed("q", 1));
        File.AppendAllText(Path.Combine(folder.Path, "servicebus.journal"), "\u0010\0\0\0 sixteen bytes and more of garbage");

        using (var journal = Journal.Open(folder.Path, _ => { }))
            journal.Write(new Removed("q", 2));

        Assert.Equal([new Removed("q", 1), new Removed("q", 2)], ReadBack(folder));
    }

    [Fact]
    public void A_record_with_a_flipped_bit_is_discarded()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "servicebus.journal");
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            journal.Write(new Removed("q", 1));
            journal.Write(new Removed("q", 2));
        }

        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        Assert.Equal([new Removed("q", 1)], ReadBack(folder));
    }

    [Fact]
    public void Two_buses_cannot_share_a_journal()
    {
        using var folder = new TemporaryFolder();
        using var journal = Journal.Open(folder.Path, _ => { });

        var problem = Assert.Throws<IOException>(() => Journal.Open(folder.Path, _ => { }));
        Assert.Contains("servicebus.journal", problem.Message, StringComparison.Ordinal);
    }

    private static List<JournalEntry> ReadBack(TemporaryFolder folder)
    {
        var entries = new List<JournalEntry>();
        Journal.Open(folder.Path, entries.Add).Dispose();
        return entries;
    }

    // Record equality compares memory by reference. This compares the content.
    private static IEnumerable<string> Texts(IEnumerable<JournalEntry> entries) => entries.Select(entry =>
    {
        var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, JournalCodec.Text);
        JournalCodec.Write(writer, entry);
        return entry.GetType().Name + Convert.ToHexString(buffer.ToArray());
    });
}
