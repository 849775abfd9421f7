using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OptOut.Consent;

namespace OptOut.Api.Portal;

/// <summary>
/// Reads <c>If-Match</c> (RFC 9110 section 13.1.1): the entity tag of the preferences that the person saw.
/// </summary>
internal static class SeenVersion
{
    // The framework's parser takes the square of the length.
    private const int MaxLength = 200;

    /// <returns>
    /// Null without a header, for more than one, and for <c>*</c>, which does not say what was seen. A tag that is not one of ours is a version
    /// of nobody, which matches nothing.
    /// </returns>
    public static StateVersion? Read(StringValues header)
    {
        if (header is not [{ Length: <= MaxLength } text]
            || !EntityTagHeaderValue.TryParse(text, out var tag)
            || tag.Equals(EntityTagHeaderValue.Any))
        {
            return null;
        }

        return StateVersion.TryParse(tag.Tag.ToString().Trim('"'), out var version) ? version : default(StateVersion);
    }
}
