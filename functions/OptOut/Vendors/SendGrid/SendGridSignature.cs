using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// How SendGrid signs what it posts: ECDSA over P-256 of SHA-256 of the timestamp header followed by the raw body. The event webhook
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features) and an Inbound Parse
/// security policy with <c>signature</c> on (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks) do
/// it alike, each with a key of its own. There is no limit on the age of a timestamp: SendGrid tries again for a day or three, and what is
/// recorded twice is recorded once.
/// </summary>
internal sealed class SendGridSignature(IEnumerable<string> publicKeys)
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    // A DER signature of this curve is at most 72 bytes, a timestamp ten digits; anything much longer is not worth hashing a body for.
    private const int MaxSignature = 128, MaxTimestamp = 32;

    private readonly byte[][] _keys = [.. publicKeys.Select(Convert.FromBase64String)];

    /// <summary>Whether there is a key, so that anything can be believed at all.</summary>
    public bool HasKey => _keys.Length > 0;

    /// <summary>Whether the headers could be a signature, so that the body is worth reading.</summary>
    public static bool CouldBe(string? signature, string? timestamp) =>
        signature is { Length: > 0 and <= MaxSignature } && timestamp is { Length: > 0 and <= MaxTimestamp } && Ascii.IsValid(timestamp) && Base64.IsValid(signature);

    /// <summary>Whether one of the keys signed this. Throws on nothing a sender can send.</summary>
    /// <param name="body">The bytes as they came, before anything decoded them.</param>
    public bool Verify(string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> der = stackalloc byte[MaxSignature];
        if (!CouldBe(signature, timestamp) || !Convert.TryFromBase64String(signature!, der, out var length))
            return false;

        Span<byte> time = stackalloc byte[MaxTimestamp];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(time[..Encoding.ASCII.GetBytes(timestamp, time)]);
        sha.AppendData(body);
        sha.GetHashAndReset(hash);

        foreach (var key in _keys)
        {
            if (Verify(key, hash, der[..length]))
                return true;
        }

        return false;
    }

    // A key is imported for each use because ECDsa does not promise to serve two requests at once.
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
            return false; // Not a signature of any form.
        }
    }
}
