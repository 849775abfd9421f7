using System.Collections.Immutable;

namespace OptOut.Consent;

/// <summary>The latest decision recorded for one scope.</summary>
internal readonly record struct ConsentEntry(Decision Decision, DateTimeOffset At, Guid EventId)
{
    /// <summary>
    /// A total order, so that merging gives one result whatever the order: later wins, then Stop, then the higher event id.
    /// </summary>
    internal bool Beats(ConsentEntry other)
    {
        if (At != other.At)
            return At > other.At;
        if (Decision != other.Decision)
            return Decision == Decision.Stop;
        return EventId.CompareTo(other.EventId) > 0;
    }
}

/// <summary>The answer to "may we?", and the entry that decided it; no entry at all means nobody objected.</summary>
internal readonly record struct ConsentAnswer(Decision Decision, Scope? DecidedBy, ConsentEntry? Entry);

/// <summary>
/// A person's consent: a map from scope to the latest decision. Merging is per entry, latest wins, so it is commutative,
/// associative and idempotent: changes may arrive in any order, any number of times.
/// </summary>
internal sealed class ConsentState : IEquatable<ConsentState>
{
    private readonly ImmutableSortedDictionary<string, (Scope Scope, ConsentEntry Entry)> _entries;

    private ConsentState(ImmutableSortedDictionary<string, (Scope, ConsentEntry)> entries) => _entries = entries;

    public static ConsentState Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, (Scope, ConsentEntry)>(StringComparer.Ordinal));

    /// <summary>The entries in the order of their written scopes.</summary>
    public IEnumerable<KeyValuePair<Scope, ConsentEntry>> Entries => _entries.Values.Select(e => KeyValuePair.Create(e.Scope, e.Entry));

    public static ConsentState From(IEnumerable<KeyValuePair<Scope, ConsentEntry>> entries) =>
        entries.Aggregate(Empty, (state, e) => state.With(e.Key, e.Value));

    public ConsentState With(Change change) => With(change.Scope, new ConsentEntry(change.Decision, change.At, change.Id));

    public ConsentState Merge(ConsentState other) => other.Entries.Aggregate(this, (state, e) => state.With(e.Key, e.Value));

    /// <summary>
    /// Whether marketing about the topic may go over the channel. Without a topic the question is about marketing in general.
    /// The latest of the entries that cover the question decides; a tie means Stop.
    /// </summary>
    public ConsentAnswer Answer(Channel channel, Topic? topic = null)
    {
        var best = new ConsentAnswer(Decision.Allow, null, null);
        Consider(new Scope(channel, null));
        Consider(Scope.Everything);
        if (topic is not null)
        {
            Consider(new Scope(channel, topic));
            Consider(new Scope(null, topic));
        }

        return best;

        void Consider(Scope scope)
        {
            if (_entries.TryGetValue(scope.ToString(), out var found) && (best.Entry is not { } entry || found.Entry.Beats(entry)))
                best = new ConsentAnswer(found.Entry.Decision, scope, found.Entry);
        }
    }

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

    /// <summary>
    /// Whether a change only says again what is already so: a Stop for a scope that is stopped, with no Allow anywhere since. It alters no
    /// answer, so a replayed link adds nothing to the ledger, however often.
    /// </summary>
    public bool IsRepeated(Change change)
    {
        if (change.Decision != Decision.Stop
            || !_entries.TryGetValue(change.Scope.ToString(), out var known)
            || known.Entry.Decision != Decision.Stop)
        {
            return false;
        }

        var earlier = change.At < known.Entry.At ? change.At : known.Entry.At;
        return !_entries.Values.Any(e => e.Entry.Decision == Decision.Allow && e.Entry.At >= earlier);
    }

    /// <summary>
    /// The state after a change that <see cref="IsRepeated"/>: it was meant still at the later moment, so an Allow that arrives late cannot
    /// beat it. The event stays the one in the ledger, which is what a person's reference number leads to.
    /// </summary>
    public ConsentState ExtendRepeat(Change change)
    {
        var (scope, entry) = _entries[change.Scope.ToString()];
        return change.At > entry.At ? new ConsentState(_entries.SetItem(scope.ToString(), (scope, entry with { At = change.At }))) : this;
    }

    public bool Equals(ConsentState? other) => other is not null && _entries.SequenceEqual(other._entries);

    public override bool Equals(object? obj) => Equals(obj as ConsentState);

    public override int GetHashCode() => _entries.Count;

    private ConsentState With(Scope scope, ConsentEntry entry)
    {
        var key = scope.ToString();
        return _entries.TryGetValue(key, out var known) && !entry.Beats(known.Entry)
            ? this
            : new ConsentState(_entries.SetItem(key, (scope, entry)));
    }
}
