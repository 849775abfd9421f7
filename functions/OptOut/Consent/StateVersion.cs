using System.Globalization;

namespace OptOut.Consent;

/// <summary>
/// A state that somebody has in front of them: whose it is, and its number. Written <c>{subject}.{number}</c>, in a hidden field of a page and
/// as the entity tag of the API. Nobody gains anything by writing a higher number: the store refuses one that the subject never had.
/// </summary>
internal readonly record struct StateVersion(SubjectKey Subject, long Number)
{
    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out StateVersion version)
    {
        version = default;
        if (text is not { Length: > SubjectKey.Length + 1 } || text[SubjectKey.Length] != '.'
            || !SubjectKey.TryParse(text[..SubjectKey.Length], out var subject)
            || !long.TryParse(text.AsSpan(SubjectKey.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        version = new StateVersion(subject, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Subject}.{Number}");
}
