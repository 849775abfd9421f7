using OptOut.Identity;

namespace OptOut.Records;

/// <summary>
/// What the controller told us of a subject. Identifiers are never dropped: a Stop must keep reaching the address a person once had, because a
/// vendor may have it still.
/// </summary>
/// <param name="Identifiers">Every contact point the subject has or had.</param>
/// <param name="Current">Those the controller gave last; the confirmation goes to these.</param>
/// <param name="Language">nl, fr, de or en; null when not known.</param>
internal sealed record Profile(IReadOnlyList<Identifier> Identifiers, IReadOnlyList<Identifier> Current, string? Language)
{
    public static Profile Empty { get; } = new([], [], null);

    public Profile With(IReadOnlyCollection<Identifier> current, string? language) =>
        new([.. Identifiers.Union(current)], [.. current.Distinct()], language ?? Language);
}
