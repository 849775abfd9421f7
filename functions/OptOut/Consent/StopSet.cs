using System.Collections.Immutable;

namespace OptOut.Consent;

/// <summary>
/// What is stopped on one channel, in a form that stays correct when a controller adds a topic: a general answer and the
/// topics that are exceptions to it. Written <c>-</c> (nothing), <c>*</c> (everything), <c>a,b</c> (those) or <c>*!a,b</c> (all but those).
/// </summary>
internal sealed class StopSet : IEquatable<StopSet>
{
    private readonly ImmutableSortedSet<string> _exceptions;

    public StopSet(bool general, IEnumerable<Topic> exceptions)
    {
        General = general;
        _exceptions = exceptions.Select(t => t.Value).ToImmutableSortedSet(StringComparer.Ordinal);
    }

    public static StopSet Nothing { get; } = new(false, []);

    public static StopSet Everything { get; } = new(true, []);

    /// <summary>The answer for every topic not in <see cref="Exceptions"/>, and for marketing in general.</summary>
    public bool General { get; }

    /// <summary>The topics whose answer is the opposite of <see cref="General"/>.</summary>
    public IEnumerable<Topic> Exceptions => _exceptions.Select(Topic.Parse);

    public bool IsNothing => !General && _exceptions.IsEmpty;

    /// <summary>Whether every topic is stopped, including topics added later.</summary>
    public bool IsEverything => General && _exceptions.IsEmpty;

    public bool Stops(Topic? topic) => topic is { } t && _exceptions.Contains(t.Value) ? !General : General;

    /// <summary>The same set with one topic changed.</summary>
    public StopSet With(Topic topic, bool stopped) =>
        new(General, Exceptions.Where(t => t != topic).Concat(stopped == General ? [] : [topic]));

    /// <summary>Stops what either set stops. Used for a contact point that two people share.</summary>
    public StopSet Union(StopSet other)
    {
        var general = General || other.General;
        return new StopSet(general, Exceptions.Concat(other.Exceptions).Where(t => (Stops(t) || other.Stops(t)) != general));
    }

    /// <exception cref="FormatException">The text is not one of the four written forms.</exception>
    public static StopSet Parse(string text) => text switch
    {
        "-" => Nothing,
        "*" => Everything,
        ['*', '!', .. var rest] => new StopSet(true, rest.Split(',').Select(Topic.Parse)),
        _ => new StopSet(false, text.Split(',').Select(Topic.Parse)),
    };

    public override string ToString() => (General, _exceptions.IsEmpty) switch
    {
        (false, true) => "-",
        (true, true) => "*",
        (true, false) => "*!" + string.Join(',', _exceptions),
        (false, false) => string.Join(',', _exceptions),
    };

    public bool Equals(StopSet? other) => other is not null && General == other.General && _exceptions.SetEquals(other._exceptions);

    public override bool Equals(object? obj) => Equals(obj as StopSet);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
