using System.Security.Cryptography;
using System.Text;

namespace OptOut.Identity;

/// <summary>
/// HMAC-SHA256 with a key derived for one purpose. Keeps one keyed instance per thread, because creating one takes three times
/// as long as hashing a short text.
/// </summary>
internal sealed class KeyedHash : IDisposable
{
    /// <summary>Length of a full hash, in bytes.</summary>
    public const int Length = 32;

    private readonly ThreadLocal<IncrementalHash> _instances;

    /// <param name="secret">The root secret, at least 32 bytes.</param>
    /// <param name="purpose">What the key is for. Different purposes have different keys.</param>
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
