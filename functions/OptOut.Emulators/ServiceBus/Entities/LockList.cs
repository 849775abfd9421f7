namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// The locked messages of one queue. All locks and renewals have the same duration, so appending keeps the list in order of expiry.
/// </summary>
internal sealed class LockList(TimeSpan duration)
{
    private readonly Dictionary<Guid, StoredMessage> _byToken = [];
    private readonly LinkedList<StoredMessage> _byExpiry = new();

    /// <summary>The message whose lock expires first; null if none is locked.</summary>
    public StoredMessage? First => _byExpiry.First?.Value;

    public DateTimeOffset NextExpiry => First?.LockedUntil ?? DateTimeOffset.MaxValue;

    /// <summary>The message with this lock token, expired or not.</summary>
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

    /// <summary>Does nothing if the message is not locked.</summary>
    public void Remove(StoredMessage message)
    {
        if (message.Lock is not { } node)
            return;
        _byExpiry.Remove(node);
        _byToken.Remove(message.LockToken);
        message.Lock = null;
    }

    private void Append(StoredMessage message, DateTimeOffset now)
    {
        message.LockedUntil = now + duration;
        message.Lock = _byExpiry.AddLast(message);
    }
}
