using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OptOut.Platform.Http;

/// <summary>A moment as other systems write it (RFC 3339): with its offset, because a time without one is several moments.</summary>
internal static class Rfc3339
{
    private static readonly string[] WithOffset = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];
    private static readonly string[] InUtc = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];

    // Before this nobody recorded anything here: a clock that was never set. Table Storage takes no moment before 1601.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool TryParse([NotNullWhen(true)] string? text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment)
        || DateTimeOffset.TryParseExact(text, InUtc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);

    /// <summary>Whether a clock that is set may have said it.</summary>
    public static bool IsCredible(DateTimeOffset moment) => moment >= Earliest;

    public static string Write(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
