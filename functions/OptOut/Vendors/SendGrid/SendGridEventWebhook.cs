using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// SendGrid's signed event webhook: an ECDSA signature over P-256 of SHA-256 of the timestamp header followed by the raw body
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features). There is no
/// limit on the age of a timestamp: SendGrid tries again for a day, and recording an event twice is recording it once.
/// </summary>
public sealed class SendGridEventWebhook
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    // A DER signature of this curve is at most 72 bytes, a timestamp ten digits; anything much longer is not worth hashing a body for.
    private const int MaxSignature = 128, MaxTimestamp = 32;

    private readonly IReadOnlyList<byte[]> _keys;
    private readonly SendGridEvents _events;

    internal SendGridEventWebhook(IOptions<SendGridOptions> options, SendGridLists lists, TimeProvider time)
    {
        _keys = [.. options.Value.EventPublicKeys.Select(Convert.FromBase64String)];
        _events = new SendGridEvents(lists, time);
    }

    /// <summary>Verifies the body and only then reads it. Throws on nothing a sender can send.</summary>
    /// <param name="signature">The header <see cref="SignatureHeader"/>.</param>
    /// <param name="timestamp">The header <see cref="TimestampHeader"/>.</param>
    /// <param name="body">The body's bytes as they came, before anything decoded them.</param>
    /// <param name="signals">What the events say, when the signature is that of a configured key.</param>
    public bool TryRead(string? signature, string? timestamp, ReadOnlyMemory<byte> body, [NotNullWhen(true)] out VendorSignals? signals)
    {
        signals = Verify(signature, timestamp, body.Span) ? _events.Read(body.Span) : null;
        return signals is not null;
    }

    private bool Verify(string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        if (signature is null || timestamp is not { Length: > 0 and <= MaxTimestamp } || signature.Length > MaxSignature || !Ascii.IsValid(timestamp))
            return false;

        Span<byte> der = stackalloc byte[MaxSignature];
        if (!Base64.IsValid(signature) || !Convert.TryFromBase64String(signature, der, out var length))
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
