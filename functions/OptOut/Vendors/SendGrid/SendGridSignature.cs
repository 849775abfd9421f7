using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Verifies the signature of SendGrid's requests: ECDSA over P-256, of the SHA-256 of the timestamp header followed by the raw body. The
/// event webhook (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features)
/// and an Inbound Parse security policy with <c>signature</c> on
/// (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks) use the same scheme, each with its
/// own key.
/// </summary>
/// <remarks>
/// <para>Nothing separates timestamp and body in what is signed. So the timestamp must have exactly ten digits: bytes moved from the one to
/// the other would still fit the signature, and make a captured request a new one, dated now.</para>
/// <para>The age of a timestamp is not limited. SendGrid retries for one day (events) or three (mail), a queue may add to that, and a
/// repeated event or mail is recorded once, dated then. A timestamp from the future is refused.</para>
/// </remarks>
internal sealed class SendGridSignature(IEnumerable<string> publicKeys)
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    // A DER signature of this curve has at most 72 bytes; for anything much longer, the body is not worth hashing.
    private const int MaxSignature = 128;

    // Seconds since 1970, from September 2001 to November 2286.
    private const int TimestampLength = 10;

    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(15);

    private readonly byte[][] _keys = [.. publicKeys.Select(Convert.FromBase64String)];

    /// <summary>Whether there is a key, without which nothing can be verified.</summary>
    public bool HasKey => _keys.Length > 0;

    /// <summary>Whether the headers are well formed and not from the future, so that the body is worth reading.</summary>
    public static bool MayBeSigned(string? signature, string? timestamp, DateTimeOffset now) =>
        IsWellFormed(signature, timestamp) && SignedAt(timestamp!) - now <= MaxClockSkew;

    /// <summary>When SendGrid signed a request: the same each time a captured request is sent again.</summary>
    /// <param name="timestamp">The header of a request that was verified.</param>
    public static DateTimeOffset SignedAt(string timestamp) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture));

    /// <summary>Whether the request was signed with one of the keys. Never throws, whatever the sender sends.</summary>
    /// <param name="body">The bytes as received, before any decoding.</param>
    public bool Verify(string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> der = stackalloc byte[MaxSignature];
        if (!IsWellFormed(signature, timestamp) || !Convert.TryFromBase64String(signature!, der, out var length))
            return false;

        Span<byte> moment = stackalloc byte[TimestampLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(moment[..Encoding.ASCII.GetBytes(timestamp!, moment)]);
        sha.AppendData(body);
        sha.GetHashAndReset(hash);

        foreach (var key in _keys)
        {
            if (Verify(key, hash, der[..length]))
                return true;
        }

        return false;
    }

    private static bool IsWellFormed(string? signature, string? timestamp) =>
        signature is { Length: > 0 and <= MaxSignature }
        && timestamp is { Length: TimestampLength }
        && !timestamp.AsSpan().ContainsAnyExceptInRange('0', '9')
        && Base64.IsValid(signature);

    // A key is imported for each use because ECDsa does not guarantee thread safety.
    private static bool Verify(byte[] key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> der)
    {
        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key, out _);
            return ecdsa.VerifyHash(hash, der, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false; // Not a well-formed signature.
        }
    }
}
