using OptOut.Identity;

namespace OptOut.Records;

/// <summary>
/// What the controller provided about a subject. Identifiers are never removed: a Stop must still apply to an address that the person once
/// had, because a vendor may still have it.
/// </summary>
/// <param name="Identifiers">Every contact point that the subject has or had.</param>
/// <param name="Current">The contact points that the controller gave last; the confirmation goes to these.</param>
/// <param name="Language">nl, fr, de or en; null if not known.</param>
internal sealed record Profile(IReadOnlyList<Identifier> Identifiers, IReadOnlyList<Identifier> Current, string? Language)
{
    public static Profile Empty { get; } = new([], [], null);

    /// <summary>
    /// Whether a Stop of the subject stops anything: nobody announced a customer number without contact points, or it was mistyped.
    /// </summary>
    public bool HasContactPoints => Identifiers.Count > 0;

    public Profile With(IReadOnlyCollection<Identifier> current, string? language) =>
        new([.. Identifiers.Union(current)], [.. current.Distinct()], language ?? Language);
}
