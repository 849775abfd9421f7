using System.Globalization;

namespace OptOut.Consent;

/// <summary>
/// When the answers for one channel of a contact point were decided: the general one, and that of each topic about which somebody decided.
/// A topic that is not named has the general moment. No moment means that nobody decided about it. Written <c>*=1795478461000
/// newsletter=1795478500000</c>, in milliseconds since 1970.
/// </summary>
internal sealed class DecisionMoments : IEquatable<DecisionMoments>
{
    private const string General = "*";

    private readonly SortedDictionary<string, DateTimeOffset> _moments = new(StringComparer.Ordinal);

    private DecisionMoments() { }

    public static DecisionMoments None { get; } = new();

    /// <summary>
    /// The moments behind the answers of all owners together. Where one of them stopped, that is the latest of the Stops that decide; else
    /// the latest of the Allows. A decision about another topic or channel is behind no answer.
    /// </summary>
    /// <param name="a">What one side stops, and when.</param>
    /// <param name="b">The same of the other.</param>
    public static DecisionMoments Union((StopSet Stops, DecisionMoments Moments) a, (StopSet Stops, DecisionMoments Moments) b)
    {
        var moments = new DecisionMoments();
        moments.Add(General, Latest(null));
        foreach (var topic in a.Moments._moments.Keys.Union(b.Moments._moments.Keys, StringComparer.Ordinal).Where(t => t != General))
            moments.Add(topic, Latest(Topic.Parse(topic)));
        return moments;

        DateTimeOffset? Latest(Topic? topic)
        {
            var (isStoppedByA, isStoppedByB) = (a.Stops.Stops(topic), b.Stops.Stops(topic));
            var (byA, byB) = (a.Moments.For(topic), b.Moments.For(topic));
            return isStoppedByA == isStoppedByB ? Max(byA, byB) : isStoppedByA ? byA : byB;
        }

        static DateTimeOffset? Max(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;
    }

    /// <summary>The moments behind one person's answers.</summary>
    public static DecisionMoments From(Channel channel, ConsentState state)
    {
        var moments = new DecisionMoments();
        moments.Add(General, Latest(null));
        foreach (var topic in state.Entries.Where(e => (e.Key.Channel ?? channel) == channel).Select(e => e.Key.Topic).OfType<Topic>().Distinct())
            moments.Add(topic.Value, Latest(topic));
        return moments;

        DateTimeOffset? Latest(Topic? topic) => state.Answer(channel, topic) is { DecidedBy: not null } answer ? answer.At : null;
    }

    /// <summary>When the answer about a topic, or about marketing in general, was decided; null when nobody did.</summary>
    public DateTimeOffset? For(Topic? topic) =>
        (topic is { } t && _moments.TryGetValue(t.Value, out var moment)) || _moments.TryGetValue(General, out moment) ? moment : null;

    /// <summary>The latest of all; null when nobody decided anything about the channel.</summary>
    public DateTimeOffset? Latest => _moments.Count == 0 ? null : _moments.Values.Max();

    /// <exception cref="FormatException">Not the written form.</exception>
    public static DecisionMoments Parse(string text)
    {
        var moments = new DecisionMoments();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var scope, var at])
                throw new FormatException("A moment is written 'topic=milliseconds' or '*=milliseconds'.");
            moments.Add(scope, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)));
        }

        return moments;
    }

    public override string ToString() => string.Join(
        ' ', _moments.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key}={m.Value.ToUnixTimeMilliseconds()}")));

    public bool Equals(DecisionMoments? other) => other is not null && _moments.SequenceEqual(other._moments);

    public override bool Equals(object? obj) => Equals(obj as DecisionMoments);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private void Add(string scope, DateTimeOffset? moment)
    {
        if (moment is { } at)
            _moments[scope] = at;
    }
}
