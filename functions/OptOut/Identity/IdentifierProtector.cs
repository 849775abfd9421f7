using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OptOut.Consent;

namespace OptOut.Identity;

/// <summary>Setting <c>OptOut:Data</c>: the keys that protect the people in a stolen table.</summary>
internal sealed class DataOptions
{
    /// <summary>
    /// Keys the hashes of identifiers and customer numbers: base64, at least 32 bytes. It cannot be rotated, because every stored row is
    /// found by it. Keep it separate from all other secrets.
    /// </summary>
    public string HashSecret { get; set; } = "";

    /// <summary>The keys that encrypt the identifiers. The first encrypts; all decrypt.</summary>
    public IList<DataKeyOptions> Keys { get; init; } = [];
}

internal sealed class DataKeyOptions
{
    /// <summary>0 to 255, stored with every ciphertext. Never reuse a number for another secret.</summary>
    public int Id { get; set; } = -1;

    /// <summary>Base64, at least 32 random bytes.</summary>
    public string Secret { get; set; } = "";
}

internal sealed class DataOptionsValidator : IValidateOptions<DataOptions>
{
    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        var errors = new List<string>();
        if (Secret.FindProblem("OptOut:Data:HashSecret", options.HashSecret) is { } hashProblem)
            errors.Add(hashProblem);
        if (options.Keys.Count == 0)
            errors.Add("OptOut:Data:Keys is empty; give at least one key with an Id and a Secret.");
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (options.Keys[i].Id is < 0 or > 255)
                errors.Add($"OptOut:Data:Keys:{i}:Id is {options.Keys[i].Id}; give a number from 0 to 255.");
            if (Secret.FindProblem($"OptOut:Data:Keys:{i}:Secret", options.Keys[i].Secret) is { } problem)
                errors.Add(problem);
        }

        foreach (var repeated in options.Keys.GroupBy(k => k.Id).Where(g => g.Count() > 1))
            errors.Add($"OptOut:Data:Keys gives Id {repeated.Key} to {repeated.Count()} keys; give every key its own Id.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

/// <summary>Hashes and encrypts personal data before it is stored.</summary>
internal sealed class IdentifierProtector : IDisposable
{
    private const int NonceLength = 12, TagLength = 16, HeaderLength = 1 + NonceLength;

    private readonly KeyedHash _identifiers;
    private readonly KeyedHash _subjects;
    private readonly Dictionary<byte, AesGcm> _ciphers = [];
    private readonly byte _currentKey;

    public IdentifierProtector(IOptions<DataOptions> options)
    {
        var hashSecret = Secret.Decode(options.Value.HashSecret);
        _identifiers = new KeyedHash(hashSecret, "optout/identifier/v1");
        _subjects = new KeyedHash(hashSecret, "optout/subject/v1");
        _currentKey = (byte)options.Value.Keys[0].Id;
        foreach (var key in options.Value.Keys)
            _ciphers.Add((byte)key.Id, new AesGcm(KeyedHash.Derive(Secret.Decode(key.Secret), "optout/data/v1"), TagLength));
    }

    public IdentifierHash Hash(Identifier identifier) => new(First128(_identifiers, $"{identifier.Kind}\n{identifier.Value}"));

    /// <summary>The subject for a customer number.</summary>
    public SubjectKey SubjectOf(string customerNumber) => new(First128(_subjects, $"customer\n{CustomerNumber.Normalize(customerNumber)}"));

    /// <summary>The subject for an identifier whose owner is not known.</summary>
    public SubjectKey SubjectOf(Identifier identifier) => new(First128(_subjects, $"{identifier.Kind}\n{identifier.Value}"));

    /// <summary>An identifier for a message that must not show it.</summary>
    public string Seal(Identifier identifier) => Encrypt($"{identifier.Kind}\n{identifier.Value}", SealContext(SubjectOf(identifier)));

    /// <param name="text">What <see cref="Seal"/> made of it.</param>
    /// <param name="standIn">The subject that stands in for its unknown owner.</param>
    /// <exception cref="CryptographicException">The text was made for another identifier, or altered.</exception>
    public Identifier Unseal(string text, SubjectKey standIn)
    {
        var parts = Decrypt(text, SealContext(standIn)).Split('\n', 2);
        return new Identifier(Enum.Parse<IdentifierKind>(parts[0]), parts[1]);
    }

    /// <param name="text">The text to encrypt.</param>
    /// <param name="context">Where it is stored, so that a ciphertext moved to another row cannot be decrypted.</param>
    /// <returns>Key id, nonce, ciphertext and tag, in base64.</returns>
    public string Encrypt(string text, string context)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[HeaderLength + plain.Length + TagLength];
        sealedBytes[0] = _currentKey;
        var nonce = sealedBytes.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        var cipher = _ciphers[_currentKey];
        lock (cipher) // AesGcm is not documented as thread-safe.
        {
            cipher.Encrypt(
                nonce,
                plain,
                sealedBytes.AsSpan(HeaderLength, plain.Length),
                sealedBytes.AsSpan(HeaderLength + plain.Length),
                Encoding.UTF8.GetBytes(context));
        }

        return Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="CryptographicException">The ciphertext was altered or moved, or its key is not in OptOut:Data:Keys.</exception>
    public string Decrypt(string ciphertext, string context)
    {
        var sealedBytes = Convert.FromBase64String(ciphertext);
        if (sealedBytes.Length < HeaderLength + TagLength || !_ciphers.TryGetValue(sealedBytes[0], out var cipher))
            throw new CryptographicException("The ciphertext is truncated, or its key id is not in OptOut:Data:Keys: restore the key.");
        var plain = new byte[sealedBytes.Length - HeaderLength - TagLength];
        lock (cipher)
        {
            cipher.Decrypt(
                sealedBytes.AsSpan(1, NonceLength),
                sealedBytes.AsSpan(HeaderLength, plain.Length),
                sealedBytes.AsSpan(HeaderLength + plain.Length),
                plain,
                Encoding.UTF8.GetBytes(context));
        }

        return Encoding.UTF8.GetString(plain);
    }

    public void Dispose()
    {
        _identifiers.Dispose();
        _subjects.Dispose();
        foreach (var cipher in _ciphers.Values)
            cipher.Dispose();
    }

    private static string SealContext(SubjectKey standIn) => $"message~{standIn}";

    private static UInt128 First128(KeyedHash key, string text)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        key.Compute(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
