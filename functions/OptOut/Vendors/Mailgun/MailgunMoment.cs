using System.Globalization;

namespace OptOut.Vendors.Mailgun;

/// <summary>How Mailgun's lists write a moment.</summary>
internal static class MailgunMoment
{
    // RFC 2822 section 3.3, with the names of the zone that stand in the documentation's examples.
    private static readonly string[] Formats = ["ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss 'UTC'", "ddd, d MMM yyyy HH:mm:ss zzz"];

    public static bool TryParse(string? text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at) && at > DateTimeOffset.UnixEpoch;
}
