namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>One list of entries: fast to look up, and returned newest first, as the real API does.</summary>
internal sealed class SendGridList
{
    private readonly List<SendGridEntry> _entries;
    private readonly HashSet<(string, int)> _present;
    private SendGridEntry[]? _newestFirst;

    /// <param name="entries">The list in the state that this class keeps up to date.</param>
    public SendGridList(List<SendGridEntry> entries)
    {
        _entries = entries;
        _present = [.. entries.Select(Key)];
    }

    public IReadOnlyList<SendGridEntry> NewestFirst =>
        _newestFirst ??=
            [.. _entries.Select((e, i) => (e, i)).OrderByDescending(x => x.e.Created).ThenByDescending(x => x.i).Select(x => x.e)];

    public bool Contains(string email, int group = 0) => _present.Contains((email.ToLowerInvariant(), group));

    /// <summary>Adds the entry unless it exists; an existing entry keeps its time.</summary>
    public void Add(SendGridEntry entry)
    {
        if (!_present.Add(Key(entry)))
            return;
        _entries.Add(entry);
        _newestFirst = null;
    }

    /// <summary>Adds the entry even if it exists, to create duplicates.</summary>
    public void AddDuplicate(SendGridEntry entry)
    {
        _present.Add(Key(entry));
        _entries.Add(entry);
        _newestFirst = null;
    }

    public bool Remove(string email, int group = 0)
    {
        if (!_present.Remove((email.ToLowerInvariant(), group)))
            return false;
        _entries.RemoveAll(e => Key(e) == (email.ToLowerInvariant(), group));
        _newestFirst = null;
        return true;
    }

    private static (string Email, int Group) Key(SendGridEntry entry) => (entry.Email.ToLowerInvariant(), entry.Group);
}
