using System.Diagnostics.CodeAnalysis;
using OptOut.Identity;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// The sender or recipient of a message: a phone number (<c>+32470123456</c>), or a number or name on another channel
/// (<c>rcs:+32470123456</c>, <c>whatsapp:+32470123456</c>, <c>messenger:1234567</c>; https://www.twilio.com/docs/messaging/channels).
/// Whatever the channel is, Twilio vouches for a number on it, so a channel that Twilio adds later needs no change here.
/// </summary>
/// <param name="Channel">What precedes the colon, in lower case; null for a phone number by itself.</param>
/// <param name="Number">The phone number; null when it is a short code or a name.</param>
internal readonly record struct TwilioAddress(string? Channel, Identifier? Number)
{
    private const string AnyRegion = "ZZ";

    public static TwilioAddress Read(string text)
    {
        var written = VisibleText.Of(text).Trim();
        var colon = written.LastIndexOf(':');
        var channel = colon < 0 ? null : written[..colon].Trim().ToLowerInvariant();
        return new TwilioAddress(channel, TryNumber(written[(colon + 1)..].Trim(), out var number) ? number : null);
    }

    private static bool TryNumber(string text, [NotNullWhen(true)] out Identifier? number)
    {
        var read = PhoneNumber.TryParseVouched(text, AnyRegion, out var identifier) && text.StartsWith('+');
        number = read ? identifier : null;
        return read;
    }
}
