using System.Collections.Immutable;

namespace OptOut.Consent;

/// <summary>
/// What is stopped on one channel, in a form that stays right when a controller adds a topic: a general answer and the
/// topics that differ from it. Written <c>-</c> (nothing), <c>*</c> (everything), <c>a,b</c> (those) or <c>*!a,b</c> (all but those).
/// </summary>
internal sealed class StopSet : IEquatable<StopSet>
{
    private readonly ImmutableSortedSet<string> _different;

    public StopSet(bool general, IEnumerable<Topic> different)
    {
        General = general;
        _different = different.Select(t => t.Value).ToImmutableSortedSet(StringComparer.Ordinal);
    }

    public static StopSet Nothing { get; } = new(false, []);

    public static StopSet Everything { get; } = new(true, []);

    /// <summary>The answer for every topic not in <see cref="Different"/>, and for marketing in general.</summary>
    public bool General { get; }

    /// <summary>The topics whose answer is the opposite of <see cref="General"/>.</summary>
    public IEnumerable<Topic> Different => _different.Select(Topic.Parse);

    public bool IsNothing => !General && _different.IsEmpty;

    /// <summary>Stopped on every topic there is or will be.</summary>
    public bool IsEverything => General && _different.IsEmpty;

    public bool Stops(Topic? topic) => topic is { } t && _different.Contains(t.Value) ? !General : General;

    /// <summary>The same but for one topic.</summary>
    public StopSet With(Topic topic, bool stopped) => new(General, Different.Where(t => t != topic).Concat(stopped == General ? [] : [topic]));

    /// <summary>Stopped where either is: what an address shared by two people may receive.</summary>
    public StopSet Union(StopSet other)
    {
        var general = General || other.General;
        return new StopSet(general, Different.Concat(other.Different).Where(t => (Stops(t) || other.Stops(t)) != general));
    }

    /// <exception cref="FormatException">The text is none of the four written forms.</exception>
    public static StopSet Parse(string text) => text switch
    {
        "-" => Nothing,
        "*" => Everything,
        ['*', '!', .. var rest] => new StopSet(true, rest.Split(',').Select(Topic.Parse)),
        _ => new StopSet(false, text.Split(',').Select(Topic.Parse)),
    };

    public override string ToString() => (General, _different.IsEmpty) switch
    {
        (false, true) => "-",
        (true, true) => "*",
        (true, false) => "*!" + string.Join(',', _different),
        (false, false) => string.Join(',', _different),
    };

    public bool Equals(StopSet? other) => other is not null && General == other.General && _different.SetEquals(other._different);

    public override bool Equals(object? obj) => Equals(obj as StopSet);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
