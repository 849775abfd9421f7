using System.Buffers.Binary;

namespace OptOut.Records.Statistics;

/// <summary>
/// The messages that were counted last. A reader goes back two minutes behind its position, and a message may be delivered again after it
/// was handled: so those of the last hour are remembered, but of more than 20,000 only the newest, and those of the two minutes in any
/// case. A message that is handled again later than that is counted again. As text, 12 bytes each in base64: the last 8 of its id, and the
/// second.
/// </summary>
internal sealed class SeenMessages
{
    internal const int MaxRemembered = 20_000;

    private const int Bytes = 12, Least = 100_000;

    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly Dictionary<long, uint> _seen = [];
    private int _full = Least;
    private uint _newest;

    public static SeenMessages Parse(string text)
    {
        var messages = new SeenMessages();
        for (var bytes = Convert.FromBase64String(text).AsSpan(); bytes.Length >= Bytes; bytes = bytes[Bytes..])
            messages.Add(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));
        return messages;
    }

    /// <returns>False if it is remembered already.</returns>
    public bool Add(Guid id, DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        if (!Add(BinaryPrimitives.ReadInt64BigEndian(bytes[8..]), Second(at)))
            return false;

        // Of a million rows in one hour, not all at once are in memory.
        if (_seen.Count > _full)
        {
            Forget(_newest);
            _full = Math.Max(Least, 2 * _seen.Count);
        }

        return true;
    }

    /// <param name="until">The position: what the next run reads again is from the two minutes before it, and after it.</param>
    public string ToText(DateTimeOffset until)
    {
        Forget(Second(until));
        var bytes = new byte[_seen.Count * Bytes];
        var rest = bytes.AsSpan();
        foreach (var (id, second) in _seen.OrderBy(s => s.Value).ThenBy(s => s.Key))
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, id);
            BinaryPrimitives.WriteUInt32BigEndian(rest[8..], second);
            rest = rest[Bytes..];
        }

        return Convert.ToBase64String(bytes);
    }

    private bool Add(long id, uint second)
    {
        _newest = Math.Max(_newest, second);
        return _seen.TryAdd(id, second);
    }

    private void Forget(uint until)
    {
        var (hour, overlap) = (until - (uint)Remembered.TotalSeconds, until - (uint)Feed.FeedReader.Overlap.TotalSeconds - 1);
        foreach (var (id, _) in _seen.OrderByDescending(s => s.Value)
            .Where((s, i) => s.Value < hour || (i >= MaxRemembered && s.Value < overlap)).ToArray())
            _seen.Remove(id);
    }

    private static uint Second(DateTimeOffset at) => (uint)at.ToUnixTimeSeconds();
}
