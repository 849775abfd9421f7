namespace OptOut.Local.ServiceBus.Entities;

/// <summary>The message ids of the last while. Old ones leave when new ones come, so it needs no timer.</summary>
internal sealed class DuplicateWindow(TimeSpan length)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset At)> _order = new();

    public bool Contains(string id, DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && oldest.At + length <= now)
        {
            _order.Dequeue();
            _ids.Remove(oldest.Id);
        }

        return _ids.Contains(id);
    }

    public void Remember(string id, DateTimeOffset at)
    {
        if (_ids.Add(id))
            _order.Enqueue((id, at));
    }

    public IEnumerable<(string Id, DateTimeOffset At)> Remembered(DateTimeOffset now) => _order.Where(entry => entry.At + length > now);
}
