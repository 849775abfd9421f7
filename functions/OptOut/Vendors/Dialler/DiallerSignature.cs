using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Dialler;

/// <summary>
/// How a dialler signs what it posts: the Standard Webhooks scheme with a shared secret, HMAC-SHA256 over id, timestamp and raw body
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). There is no limit on the age of a timestamp: what waited
/// for hours at the call centre is an opt-out still, and what is recorded twice is recorded once.
/// </summary>
internal sealed class DiallerSignature(IEnumerable<string> secrets)
{
    public const string IdHeader = "webhook-id", TimestampHeader = "webhook-timestamp", SignatureHeader = "webhook-signature";

    /// <summary>Bytes of a secret, as the scheme has it.</summary>
    public const int MinSecret = 24, MaxSecret = 64;

    // A signature for each secret of theirs while one is being changed; 50 characters each.
    private const int MaxSignatures = 600, MaxId = 150, MaxTimestamp = 12;

    private const string Prefix = "whsec_", Version = "v1,";

    private readonly byte[][] _keys = [.. secrets.Select(s => Key(s) ?? throw new FormatException("Checked when the host starts."))];

    /// <returns>The secret's bytes; null when it is none.</returns>
    public static byte[]? Key(string? secret)
    {
        var text = secret?.StartsWith(Prefix, StringComparison.Ordinal) is true ? secret[Prefix.Length..] : secret ?? "";
        var key = new byte[MaxSecret + 3];
        return text.Length <= 2 * MaxSecret && Convert.TryFromBase64String(text, key, out var length) && length is >= MinSecret and <= MaxSecret ? key[..length] : null;
    }

    /// <summary>Whether the headers could be a signature of somebody we share a secret with, so that the body is worth reading.</summary>
    public bool MayBelieve(IHeaderDictionary headers) => _keys.Length > 0 && Read(headers) is not null;

    /// <summary>Whether one of the secrets signed this. Throws on nothing a sender can send.</summary>
    /// <param name="body">The bytes as they came, before anything decoded them.</param>
    public bool Verify(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (Read(headers) is not { } signed)
            return false;

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        var before = Encoding.ASCII.GetBytes($"{signed.Id}.{signed.Timestamp}.");
        foreach (var key in _keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(before);
            hmac.AppendData(body);
            hmac.GetHashAndReset(expected);
            foreach (var signature in signed.Signatures)
            {
                if (Convert.TryFromBase64String(signature, given, out var length) && length == given.Length && CryptographicOperations.FixedTimeEquals(given, expected))
                    return true;
            }
        }

        return false;
    }

    // A full stop in the id would let one message be read as another.
    private static (string Id, string Timestamp, IReadOnlyList<string> Signatures)? Read(IHeaderDictionary headers)
    {
        var (id, timestamp, signature) = (headers[IdHeader].ToString(), headers[TimestampHeader].ToString(), headers[SignatureHeader].ToString());
        return id.Length is > 0 and <= MaxId && id.All(c => c is > ' ' and <= '~' and not '.')
            && timestamp.Length is > 0 and <= MaxTimestamp && timestamp.All(char.IsAsciiDigit)
            && signature.Length is > 0 and <= MaxSignatures
            && signature.Split(' ').Where(s => s.StartsWith(Version, StringComparison.Ordinal)).Select(s => s[Version.Length..]).ToArray() is { Length: > 0 } signatures
                ? (id, timestamp, signatures)
                : null;
    }
}
