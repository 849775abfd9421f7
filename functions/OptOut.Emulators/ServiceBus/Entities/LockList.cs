namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// Who holds what in one queue. Every lock and every renewal lasts as long as any other, so the list is in order of
/// expiry by construction.
/// </summary>
internal sealed class LockList(TimeSpan duration)
{
    private readonly Dictionary<Guid, StoredMessage> _byToken = [];
    private readonly LinkedList<StoredMessage> _byExpiry = new();

    /// <summary>The one that lapses first; null when nothing is held.</summary>
    public StoredMessage? First => _byExpiry.First?.Value;

    public DateTimeOffset NextExpiry => First?.LockedUntil ?? DateTimeOffset.MaxValue;

    /// <summary>The message under a lock, lapsed or not.</summary>
    public StoredMessage? Find(Guid token) => _byToken.GetValueOrDefault(token);

    public void Add(StoredMessage message, DateTimeOffset now)
    {
        message.LockToken = Guid.CreateVersion7(now);
        _byToken.Add(message.LockToken, message);
        Append(message, now);
    }

    public void Renew(StoredMessage message, DateTimeOffset now)
    {
        _byExpiry.Remove(message.Lock!);
        Append(message, now);
    }

    /// <summary>Harmless when it is not held.</summary>
    public void Remove(StoredMessage message)
    {
        if (message.Lock is not { } held)
            return;
        _byExpiry.Remove(held);
        _byToken.Remove(message.LockToken);
        message.Lock = null;
    }

    private void Append(StoredMessage message, DateTimeOffset now)
    {
        message.LockedUntil = now + duration;
        message.Lock = _byExpiry.AddLast(message);
    }
}
