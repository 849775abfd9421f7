using System.Globalization;
using System.Text.Json;

namespace OptOut.Vendors.Mailgun;

/// <summary>The two ways in which Mailgun writes a moment.</summary>
internal static class MailgunMoment
{
    // 9999-12-31: the last second a DateTimeOffset can hold.
    private const double MaxUnixSeconds = 253_402_300_799;

    // RFC 2822 section 3.3, with the names of the zone that stand in the documentation's examples.
    private static readonly string[] Formats = ["ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss 'UTC'", "ddd, d MMM yyyy HH:mm:ss zzz"];

    public static bool TryParse(string? text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at) && at > DateTimeOffset.UnixEpoch;

    /// <summary>Seconds since 1970 with a fraction, as in events.</summary>
    public static bool TryUnix(JsonElement value, out DateTimeOffset at)
    {
        at = default;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (> 0 and < MaxUnixSeconds))
            return false;
        at = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
