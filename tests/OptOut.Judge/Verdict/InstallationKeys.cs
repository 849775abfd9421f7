using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OptOut.Judge;

/// <summary>
/// The installation's secrets from <c>keys.json</c>, and what the documents derive from them: keyed hashes (the first 128 bits of
/// HMAC-SHA256) and AES-256-GCM, each under a key of its own by HKDF.
/// </summary>
internal sealed class InstallationKeys : IDisposable
{
    private const string Base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Nonce = 12, Tag = 16, Header = 1 + Nonce;

    private readonly byte[] _identifiers, _subjects;
    private readonly AesGcm _data;

    public InstallationKeys(string folder)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "keys.json")));
        var (hash, data) = (Secret("HashSecret"), Secret("DataSecret"));
        (_identifiers, _subjects) = (Derive(hash, "optout/identifier/v1"), Derive(hash, "optout/subject/v1"));
        _data = new AesGcm(Derive(data, "optout/data/v1"), Tag);

        byte[] Secret(string name) => Convert.FromBase64String(file.RootElement.GetProperty(name).GetString()!);
    }

    public string SubjectOfCustomer(string number) => Key(First128(_subjects, $"customer\n{number}"));

    public string StandInOf(Contact contact) => Key(First128(_subjects, $"{contact.Kind}\n{contact.Value}"));

    /// <summary>The keyed hash of a contact point: 32 lower-case hex digits.</summary>
    public string HashOf(Contact contact) => First128(_identifiers, $"{contact.Kind}\n{contact.Value}").ToString("x32", null);

    /// <summary>Key id, nonce, ciphertext and tag, in base64; the context says in which row it stands.</summary>
    /// <exception cref="CryptographicException">It was altered or moved.</exception>
    public string Decrypt(string ciphertext, string context)
    {
        var bytes = Convert.FromBase64String(ciphertext);
        if (bytes.Length < Header + Tag)
            throw new CryptographicException("The ciphertext is cut off.");
        var plain = new byte[bytes.Length - Header - Tag];
        _data.Decrypt(
            bytes.AsSpan(1, Nonce),
            bytes.AsSpan(Header, plain.Length),
            bytes.AsSpan(Header + plain.Length),
            plain,
            Encoding.UTF8.GetBytes(context));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>A subject key as it is written: 128 bits in 26 characters of Crockford base32.</summary>
    public static string Key(UInt128 value) => string.Create(26, value, static (span, rest) =>
    {
        for (var i = span.Length - 1; i >= 0; i--, rest >>= 5)
            span[i] = Base32[(int)(rest & 31)];
    });

    public void Dispose() => _data.Dispose();

    private static byte[] Derive(byte[] secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, salt: [], info: Encoding.ASCII.GetBytes(purpose));

    private static UInt128 First128(byte[] key, string text) =>
        BinaryPrimitives.ReadUInt128BigEndian(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
