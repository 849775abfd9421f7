using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OptOut.Platform.Http;

/// <summary>
/// Reads and writes the timestamps of other systems (RFC 3339). The offset is required, because a time without one is ambiguous.
/// </summary>
internal static class Rfc3339
{
    private static readonly string[] WithOffset = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];
    private static readonly string[] InUtc = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];

    // Nothing was recorded before this, so an earlier time comes from a clock that was never set. Table Storage
    // accepts no time before 1601.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool TryParse([NotNullWhen(true)] string? text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment)
        || DateTimeOffset.TryParseExact(text, InUtc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);

    /// <summary>Whether the time can come from a clock that was set.</summary>
    public static bool IsPlausible(DateTimeOffset moment) => moment >= Earliest;

    public static string Write(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
