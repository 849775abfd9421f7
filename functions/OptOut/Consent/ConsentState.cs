using System.Collections.Immutable;

namespace OptOut.Consent;

/// <summary>
/// A person's consent: for each scope the number of its last Stop, and the greatest number that an Allow of it had seen. Something is
/// stopped when the last Stop that covers it has a greater number than any Allow that covers it had seen. No clock decides.
/// </summary>
internal sealed class ConsentState : IEquatable<ConsentState>
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly ImmutableSortedDictionary<string, (Scope Scope, ConsentEntry Entry)> _entries;

    private ConsentState(ImmutableSortedDictionary<string, (Scope, ConsentEntry)> entries) => _entries = entries;

    public static ConsentState Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, (Scope, ConsentEntry)>(StringComparer.Ordinal));

    /// <summary>The entries in the order of their written scopes.</summary>
    public IEnumerable<KeyValuePair<Scope, ConsentEntry>> Entries => _entries.Values.Select(e => KeyValuePair.Create(e.Scope, e.Entry));

    public static ConsentState From(IEnumerable<KeyValuePair<Scope, ConsentEntry>> entries) =>
        entries.Aggregate(Empty, (state, e) => state.With(e.Key, e.Value));

    public ConsentState With(LedgerEntry entry) => entry.Change is { Decision: Decision.Stop } stop
        ? With(stop.Scope, new ConsentEntry(new LastStop(entry.Number, stop.Id, stop.At), null))
        : With(entry.Change.Scope, new ConsentEntry(null, new LastAllow(entry.Change.Seen!.Value, entry.Change.Id, entry.Change.ReceivedAt)));

    public ConsentState Merge(ConsentState other) => other.Entries.Aggregate(this, (state, e) => state.With(e.Key, e.Value));

    public ConsentEntry Entry(Scope scope) => _entries.GetValueOrDefault(scope.ToString()).Entry;

    /// <summary>
    /// Whether marketing about the topic may go over the channel. Without a topic the question is about marketing in general.
    /// </summary>
    public ConsentAnswer Answer(Channel channel, Topic? topic = null)
    {
        LastStop? stop = null;
        LastAllow? allow = null;
        Scope stoppedBy = default, allowedBy = default;
        Consider(new Scope(channel, null));
        Consider(Scope.Everything);
        if (topic is not null)
        {
            Consider(new Scope(channel, topic));
            Consider(new Scope(null, topic));
        }

        if (stop is { } last && last.Number > (allow?.Seen ?? 0))
            return new ConsentAnswer(Decision.Stop, stoppedBy, last.Id, last.At);
        return allow is { } undone
            ? new ConsentAnswer(Decision.Allow, allowedBy, undone.Id, undone.At)
            : new ConsentAnswer(Decision.Allow, null, null, null);

        void Consider(Scope scope)
        {
            var entry = Entry(scope);
            if (entry.Stop is not null && ConsentEntry.Greatest(entry.Stop, stop) == entry.Stop)
                (stop, stoppedBy) = (entry.Stop, scope);
            if (entry.Allow is not null && ConsentEntry.Greatest(entry.Allow, allow) == entry.Allow)
                (allow, allowedBy) = (entry.Allow, scope);
        }
    }

    /// <summary>The answer to the widest question of a scope: about marketing in general over all channels, for <c>*,*</c>.</summary>
    public Decision Answers(Scope scope) =>
        (scope.Channel is { } one ? [one] : Channels.All).Any(c => Answer(c, scope.Topic).Decision == Decision.Stop) ? Decision.Stop : Decision.Allow;

    /// <summary>Everything that is stopped on a channel, over every topic that has an entry of its own.</summary>
    public StopSet Stops(Channel channel)
    {
        var general = Answer(channel).Decision == Decision.Stop;
        var different = _entries.Values
            .Where(e => e.Scope.Topic is not null && (e.Scope.Channel ?? channel) == channel)
            .Select(e => e.Scope.Topic!.Value)
            .Where(topic => Answer(channel, topic).Decision == Decision.Stop != general);
        return new StopSet(general, different);
    }

    /// <summary>Whether all of the scope is stopped by a Stop of that very scope, so that another one alters no answer.</summary>
    public bool IsStopped(Scope scope) =>
        Entry(scope).Stop is { } stop && _entries.Values.All(e => !e.Scope.Overlaps(scope) || (e.Entry.Allow?.Seen ?? 0) < stop.Number);

    /// <summary>The Stops of which some question is still stopped.</summary>
    public IEnumerable<(Scope Scope, LastStop Stop)> StandingStops
    {
        get
        {
            foreach (var (scope, entry) in _entries.Values)
            {
                if (entry.Stop is { } stop && !_entries.Values.Any(o => o.Scope.Covers(scope) && (o.Entry.Allow?.Seen ?? 0) >= stop.Number))
                    yield return (scope, stop);
            }
        }
    }

    /// <summary>When somebody last decided anything about the channel; null when nobody did.</summary>
    public DateTimeOffset? DecidedAt(Channel channel) => _entries.Values
        .Where(e => e.Scope.Channel is null || e.Scope.Channel == channel)
        .SelectMany(e => (DateTimeOffset?[])[e.Entry.Stop?.At, e.Entry.Allow?.At])
        .Max();

    /// <summary>
    /// Whether a Stop that a vendor or an import reports is from before the person allowed everything in its scope again. Our clock and theirs
    /// may differ: what they date less than five minutes before is not old news.
    /// </summary>
    public bool IsOldNews(Scope scope, DateTimeOffset at) =>
        _entries.Values.Any(e => e.Scope.Covers(scope) && e.Entry.Allow?.At - ClockTolerance > at);

    /// <summary>The state after a Stop that only repeats the one that stands: a later number, and the same change in the ledger.</summary>
    internal ConsentState Raise(Scope scope, long number)
    {
        var entry = Entry(scope);
        return new ConsentState(_entries.SetItem(scope.ToString(), (scope, entry with { Stop = entry.Stop!.Value with { Number = number } })));
    }

    public bool Equals(ConsentState? other) => other is not null && _entries.SequenceEqual(other._entries);

    public override bool Equals(object? obj) => Equals(obj as ConsentState);

    public override int GetHashCode() =>
        _entries.Aggregate(0, (hash, e) => HashCode.Combine(hash, StringComparer.Ordinal.GetHashCode(e.Key), e.Value.Entry));

    private ConsentState With(Scope scope, ConsentEntry entry) =>
        new(_entries.SetItem(scope.ToString(), (scope, Entry(scope).Merge(entry))));
}
