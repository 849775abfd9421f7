using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// Verifies the signature of Mailgun's webhooks: HMAC-SHA256 of timestamp and token, in the body beside the event
/// (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks). It does not cover the event: anyone who has
/// seen one webhook can send any event with its signature. Here such an event can only stop somebody or count an address as
/// undeliverable, never the reverse. A signature is accepted for one day, three times as long as Mailgun retries.
/// </summary>
internal sealed class MailgunSignature(IOptions<MailgunOptions> options, TimeProvider time)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1), MaxClockSkew = TimeSpan.FromMinutes(15);

    // A timestamp has ten digits and a token fifty characters; anything much longer is not worth hashing.
    private const int MaxField = 128;

    private readonly byte[][] _keys = [.. options.Value.SigningKeys.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether the webhook was signed with one of the keys. Never throws, whatever the sender sends.</summary>
    /// <param name="signature">The <c>signature</c> field of the body.</param>
    public bool Verify(JsonElement signature)
    {
        if (signature.Text("timestamp") is not { Length: > 0 and <= MaxField } timestamp
            || signature.Text("token") is not { Length: > 0 and <= MaxField } token
            || !IsRecent(timestamp))
        {
            return false;
        }

        // An event of a subaccount is signed with its own account's key and with that of the parent account.
        var signed = Encoding.UTF8.GetBytes(timestamp + token);
        return IsSignature(signature.Text("signature"), signed) | IsSignature(signature.Text("parent-signature"), signed);
    }

    private bool IsSignature(string? hex, byte[] signed)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex is not { Length: 2 * SHA256.HashSizeInBytes }
            || Convert.FromHexString(hex, given, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var found = false;
        foreach (var key in _keys)
            found |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, signed), given);
        return found;
    }

    private bool IsRecent(string timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 10_000_000_000
        && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds) is var age && age < MaxAge && age > -MaxClockSkew;
}
