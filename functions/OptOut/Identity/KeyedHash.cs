using System.Security.Cryptography;
using System.Text;

namespace OptOut.Identity;

/// <summary>
/// HMAC-SHA256 under a key derived for one purpose. Keeps one keyed instance a thread, because keying it anew costs three times
/// the hashing of a short text.
/// </summary>
internal sealed class KeyedHash : IDisposable
{
    /// <summary>Bytes of a whole hash.</summary>
    public const int Length = 32;

    private readonly ThreadLocal<IncrementalHash> _instances;

    /// <param name="secret">The root secret, at least 32 bytes.</param>
    /// <param name="purpose">What the key is for: different purposes never share a key.</param>
    public KeyedHash(ReadOnlySpan<byte> secret, string purpose)
    {
        var key = Derive(secret, purpose);
        _instances = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key), trackAllValues: true);
    }

    public static byte[] Derive(ReadOnlySpan<byte> secret, string purpose)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info: Encoding.ASCII.GetBytes(purpose));
        return key;
    }

    public void Compute(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var hash = _instances.Value!;
        hash.AppendData(data);
        hash.GetHashAndReset(destination);
    }

    public void Dispose()
    {
        foreach (var instance in _instances.Values)
            instance.Dispose();
        _instances.Dispose();
    }
}
