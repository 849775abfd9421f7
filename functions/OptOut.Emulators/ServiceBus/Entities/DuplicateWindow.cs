namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The message ids of the last while. Old ones leave when new ones come, so it needs no timer.</summary>
internal sealed class DuplicateWindow(TimeSpan length)
{
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    // Mostly in order of time; a replayed schedule may put an old moment behind a newer one, which only keeps it longer.
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
