using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Links;

/// <summary>
/// Signs and verifies link tokens, version 1: 27 bytes of <see cref="Link"/> and the first 16 bytes of their HMAC-SHA256, as 58
/// characters of base64url. With a short prefix, a token fits the 64 octets of a mail address's local part.
/// </summary>
internal sealed class LinkKeyRing : IDisposable
{
    /// <summary>Length of a token, in characters.</summary>
    public const int TokenLength = 58;

    private const int MacLength = 16, ByteLength = Link.PayloadLength + MacLength;
    private const string Purpose = "optout/link/v1";

    private readonly KeyedHash?[] _verifying = new KeyedHash?[256];
    private readonly KeyedHash _decoy = new(RandomNumberGenerator.GetBytes(32), Purpose);
    private readonly byte _signingId;

    public LinkKeyRing(IOptions<LinkOptions> options)
    {
        foreach (var key in options.Value.Keys)
        {
            if (key.Use != LinkKeyUse.Revoked)
                _verifying[key.Id] = new KeyedHash(Secret.Decode(key.Secret), Purpose);
            if (key.Use == LinkKeyUse.Sign)
                _signingId = (byte)key.Id;
        }
    }

    /// <exception cref="InvalidOperationException">The link's issue time is before 2020 or after 2051-11-23.</exception>
    public string Sign(Link link)
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        link.Write(bytes, _signingId);
        Mac(_verifying[_signingId]!, bytes[..Link.PayloadLength], bytes[Link.PayloadLength..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// Verifies that the token was signed with a key that is not revoked. Allocates nothing. Every rejected token costs one hash, and the
    /// caller does not learn why it was rejected, so nobody can work towards a valid one.
    /// </summary>
    public bool TryVerify(ReadOnlySpan<char> token, out Link link)
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        bytes.Clear();
        var shaped = TryDecode(token, bytes);
        var key = shaped && bytes[0] == Link.Version ? _verifying[bytes[1]] : null;

        Span<byte> mac = stackalloc byte[MacLength];
        Mac(key ?? _decoy, bytes[..Link.PayloadLength], mac);
        var good = CryptographicOperations.FixedTimeEquals(mac, bytes[Link.PayloadLength..]) & key is not null;

        link = good ? Link.Read(bytes) : default;
        return good;
    }

    /// <summary>
    /// Verifies the token in a text that may have something attached to it. Whatever the text is, this costs one hash, as
    /// <see cref="TryVerify"/> does.
    /// </summary>
    /// <param name="text">The path segment of a link, decoded.</param>
    /// <param name="token">The token alone; empty if there is none.</param>
    /// <param name="link">The contents of the link.</param>
    public bool TryFind(string text, out string token, out Link link)
    {
        Span<char> found = stackalloc char[TokenLength];
        var good = TryVerify(LinkText.TryFindToken(text, found) ? found : default, out link);
        token = good ? found.ToString() : "";
        return good;
    }

    public void Dispose()
    {
        foreach (var key in _verifying)
            key?.Dispose();
        _decoy.Dispose();
    }

    private static bool TryDecode(ReadOnlySpan<char> token, Span<byte> bytes)
    {
        // TryDecodeFromChars would throw on a character that is not base64url. The decoder skips white space, and 58 characters carry 4
        // bits more than 43 bytes, so compare with the canonical encoding.
        if (token.Length != TokenLength
            || Base64Url.DecodeFromChars(token, bytes, out _, out var written) != OperationStatus.Done
            || written != ByteLength)
        {
            return false;
        }

        Span<char> canonical = stackalloc char[TokenLength];
        Base64Url.EncodeToChars(bytes, canonical);
        return token.SequenceEqual(canonical);
    }

    private static void Mac(KeyedHash key, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[KeyedHash.Length];
        key.Compute(payload, whole);
        whole[..MacLength].CopyTo(mac);
    }
}
