namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The message ids within the duplicate detection window. Lookups remove expired ids, so no timer is needed.</summary>
internal sealed class DuplicateWindow(TimeSpan length)
{
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    // Mostly in order of time. A replayed schedule may add an older time after a newer one, which then is only kept longer.
    private readonly Queue<(string Id, DateTimeOffset At)> _order = new();

    public bool Contains(string id, DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && oldest.At + length <= now)
        {
            _order.Dequeue();
            if (_seen.TryGetValue(oldest.Id, out var at) && at == oldest.At)
                _seen.Remove(oldest.Id);
        }

        return _seen.TryGetValue(id, out var seen) && seen + length > now;
    }

    public void Remember(string id, DateTimeOffset at)
    {
        if (_seen.TryGetValue(id, out var seen) && seen >= at)
            return;
        _seen[id] = at;
        _order.Enqueue((id, at));
    }

    public IEnumerable<(string Id, DateTimeOffset At)> Remembered(DateTimeOffset now) =>
        _seen.Where(entry => entry.Value + length > now).OrderBy(entry => entry.Value).Select(entry => (entry.Key, entry.Value));
}
