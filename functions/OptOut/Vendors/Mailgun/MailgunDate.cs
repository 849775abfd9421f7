using System.Globalization;

namespace OptOut.Vendors.Mailgun;

/// <summary>The date format of Mailgun's lists.</summary>
internal static class MailgunDate
{
    // RFC 2822 section 3.3, with the zone names that appear in the examples in the documentation.
    private static readonly string[] Formats =
        ["ddd, d MMM yyyy HH:mm:ss 'GMT'", "ddd, d MMM yyyy HH:mm:ss 'UTC'", "ddd, d MMM yyyy HH:mm:ss zzz"];

    public static bool TryParse(string? text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)
        && at > DateTimeOffset.UnixEpoch;
}
