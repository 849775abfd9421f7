using Microsoft.Extensions.Primitives;

namespace OptOut.Platform.Http;

/// <summary>
/// Limits headers that are lists. ASP.NET Core's parser goes on one character after what it cannot read, and skips the white space there
/// again: 8 KB of spaces before such a character take half a second.
/// </summary>
internal static class HeaderList
{
    /// <summary>The most characters of all lines of a header together. Browsers send fewer than 200.</summary>
    public const int MaxLength = 500;

    public static bool IsTooLong(StringValues lines)
    {
        var length = 0;
        foreach (var line in lines)
            length += line?.Length ?? 0;
        return length > MaxLength;
    }
}
