using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Vendors;

/// <summary>
/// Signs and verifies by the symmetric Standard Webhooks scheme (<c>v1</c>): HMAC-SHA256 over <c>id.timestamp.body</c>
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). While a secret is rotated, several are
/// valid at once: what we send is signed with each of them, and what we receive may be signed with any of them.
/// </summary>
/// <remarks>
/// The scheme requires receivers to check the age of a message, to prevent replays. Here a message of any age is accepted, and
/// <c>sentAt</c> is available to callers that want to check it: an opt-out that waited for hours at a vendor that signs once and queues,
/// or whose clock is wrong, is still an opt-out. A replay changes nothing, because everything that a signal is recorded by (id, time,
/// person) is signed.
/// </remarks>
internal sealed class StandardWebhooks
{
    public const string IdHeader = "webhook-id", TimestampHeader = "webhook-timestamp", SignatureHeader = "webhook-signature";

    /// <summary>The maximum length of an id, which is visible ASCII without a full stop.</summary>
    public const int MaxId = 150;

    // A signature is 47 characters: one for each of the sender's secrets, and possibly some of other kinds (v1a).
    private const int MaxSignatures = 1000;

    // 9999-12-31, the last second that a DateTimeOffset can represent, has twelve digits.
    private const int MaxTimestamp = 12;
    private const long MaxUnixSeconds = 253_402_300_799;

    private const string Version = "v1,";

    private readonly byte[][] _keys;

    /// <param name="secrets">The secrets, each in the format of <see cref="WebhookSecret"/>; the first is the current one.</param>
    /// <exception cref="FormatException">One of them is not a secret. Options are validated when the host starts.</exception>
    public StandardWebhooks(IEnumerable<string> secrets) => _keys = [.. secrets.Select(WebhookSecret.Decode)];

    /// <summary>Whether there is a secret, without which nothing can be verified.</summary>
    public bool HasSecret => _keys.Length > 0;

    /// <summary>Whether the headers are well formed, so that the body is worth reading.</summary>
    public static bool IsWellFormed(string? id, string? timestamp, string? signatures) =>
        IsId(id) && TryMoment(timestamp, out _) && signatures is { Length: > 0 and <= MaxSignatures } && Ascii.IsValid(signatures);

    /// <summary>Puts the three headers on a request.</summary>
    /// <param name="id">The id of the message.</param>
    /// <param name="at">The time of this attempt.</param>
    /// <param name="body">The exact bytes that are sent.</param>
    public void Sign(HttpRequestMessage request, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(SignatureHeader, Sign(id, at, body));
    }

    /// <returns>The value of the signature header, with one signature for each secret.</returns>
    /// <exception cref="ArgumentException">The id is not 1 to 150 visible ASCII characters without a full stop.</exception>
    public string Sign(string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        if (!IsId(id))
            throw new ArgumentException("An id must be 1 to 150 visible ASCII characters without a full stop.", nameof(id));
        Span<byte> mac = stackalloc byte[SHA256.HashSizeInBytes];
        var signatures = new StringBuilder();
        foreach (var key in _keys)
        {
            Mac(key, id, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), body, mac);
            signatures.Append(signatures.Length == 0 ? "" : " ").Append(Version).Append(Convert.ToBase64String(mac));
        }

        return signatures.ToString();
    }

    /// <summary>Whether the message was signed with one of the secrets. Never throws, whatever the sender sends.</summary>
    /// <param name="id">The header <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">The header <see cref="TimestampHeader"/>.</param>
    /// <param name="signatures">The header <see cref="SignatureHeader"/>.</param>
    /// <param name="body">The bytes as received, before any decoding.</param>
    /// <param name="sentAt">When it was sent, according to the sender's clock.</param>
    public bool Verify(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, out DateTimeOffset sentAt)
    {
        sentAt = default;
        if (!IsWellFormed(id, timestamp, signatures) || !TryMoment(timestamp, out var moment))
            return false;

        Span<byte> mac = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var key in _keys)
        {
            Mac(key, id!, timestamp!, body, mac);
            if (!IsAmong(signatures, mac))
                continue;
            sentAt = moment;
            return true;
        }

        return false;
    }

    private static bool IsAmong(ReadOnlySpan<char> signatures, ReadOnlySpan<byte> mac)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var range in signatures.Split(' '))
        {
            var signature = signatures[range];
            if (signature.StartsWith(Version, StringComparison.Ordinal)
                && Convert.TryFromBase64Chars(signature[Version.Length..], given, out var length) && length == given.Length
                && CryptographicOperations.FixedTimeEquals(given, mac))
                return true;
        }

        return false;
    }

    private static void Mac(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body, Span<byte> mac)
    {
        Span<byte> before = stackalloc byte[MaxId + MaxTimestamp + 2];
        var length = Encoding.ASCII.GetBytes(id, before);
        before[length++] = (byte)'.';
        length += Encoding.ASCII.GetBytes(timestamp, before[length..]);
        before[length++] = (byte)'.';

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(before[..length]);
        hash.AppendData(body);
        hash.GetHashAndReset(mac);
    }

    // The scheme forbids a full stop, because it would let one message be read as another.
    private static bool IsId(string? id) => id is { Length: > 0 and <= MaxId }
        && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !id.Contains('.', StringComparison.Ordinal);

    private static bool TryMoment(string? timestamp, out DateTimeOffset moment)
    {
        moment = default;
        if (timestamp is not { Length: > 0 and <= MaxTimestamp }
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > MaxUnixSeconds)
            return false;
        moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}

/// <summary>A secret of the Standard Webhooks scheme: <c>whsec_</c> followed by 24 to 64 bytes in base64.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24, MaxBytes = 64;

    /// <exception cref="FormatException">It is not a valid secret.</exception>
    public static byte[] Decode(string secret) => TryDecode(secret) ?? throw new FormatException("Not a webhook secret.");

    /// <returns>Null when the secret is usable; otherwise what is wrong with it and how to fix it, without the secret itself.</returns>
    public static string? Problem(string setting, string? secret) => TryDecode(secret) is not null ? null
        : $"{setting} is not a signing secret; give whsec_ and {MinBytes} to {MaxBytes} random "
            + "bytes in base64, as from 'echo whsec_$(openssl rand -base64 32)'.";

    private static byte[]? TryDecode(string? secret)
    {
        Span<byte> key = stackalloc byte[MaxBytes + 3];
        return secret is not null && secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(secret.AsSpan(Prefix.Length), key, out var length) && length is >= MinBytes and <= MaxBytes
                ? key[..length].ToArray()
                : null;
    }
}
