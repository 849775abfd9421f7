using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// How Mailgun signs what it posts: HMAC-SHA256 of timestamp and token, in the body beside the event
/// (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks). It does not cover the event: whoever saw one
/// webhook can send any event with its signature. All that does here is stop somebody, or count an address as undeliverable, and never the
/// reverse; and it is believed for a day, three times as long as Mailgun goes on trying.
/// </summary>
internal sealed class MailgunSignature(IOptions<MailgunOptions> options, TimeProvider time)
{
    private static readonly TimeSpan ValidFor = TimeSpan.FromDays(1), ClocksDiffer = TimeSpan.FromMinutes(15);

    // Ten digits and fifty characters; anything much longer is not worth hashing.
    private const int MaxField = 128;

    private readonly byte[][] _keys = [.. options.Value.SigningKeys.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether one of the keys signed this. Throws on nothing a sender can send.</summary>
    /// <param name="signature">The body's <c>signature</c>.</param>
    public bool Verify(JsonElement signature)
    {
        if (signature.Text("timestamp") is not { Length: > 0 and <= MaxField } timestamp || signature.Text("token") is not { Length: > 0 and <= MaxField } token || !IsRecent(timestamp))
            return false;

        // An event of a subaccount is signed with the key of its own account, and with that of the account above it.
        var signed = Encoding.UTF8.GetBytes(timestamp + token);
        return IsSignature(signature.Text("signature"), signed) | IsSignature(signature.Text("parent-signature"), signed);
    }

    private bool IsSignature(string? hex, byte[] signed)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex is not { Length: 2 * SHA256.HashSizeInBytes } || Convert.FromHexString(hex, given, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        var found = false;
        foreach (var key in _keys)
            found |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, signed), given);
        return found;
    }

    private bool IsRecent(string timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 10_000_000_000
        && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds) is var age && age < ValidFor && age > -ClocksDiffer;
}
