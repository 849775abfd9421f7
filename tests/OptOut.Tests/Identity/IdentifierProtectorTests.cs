using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

public sealed class IdentifierProtectorTests
{
    private static readonly Identifier Jan = Email("jan.peeters@example.com");

    // Computed independently of this code (HKDF and HMAC-SHA256). Every stored row is found by them.
    [Fact]
    public void Hashes_and_subjects_for_a_known_secret_never_change()
    {
        using var protector = Protector();

        Assert.Equal("3eb21c746ac270896ba295cd38a6610c", protector.Hash(Jan).ToString());
        Assert.Equal("aa9c916b0dd5d7f51ff93c7719722d5e", protector.Hash(Phone("+32470123456")).ToString());
        Assert.Equal(SubjectKey.Parse("30YXCQ6S8HVVGNE0TX5WGM9DZN"), protector.SubjectOf("C-1001"));
        Assert.Equal(SubjectKey.Parse("5NCZM8TCHDMCV8AGZADHBBTYVF"), protector.SubjectOf(Jan));
        Assert.Equal(protector.Hash(Jan), IdentifierHash.Parse("3eb21c746ac270896ba295cd38a6610c"));
    }

    [Fact]
    public void Another_secret_gives_other_hashes()
    {
        using var one = Protector();
        using var other = Protector(hashSecret: OptOutSettings.LinkSecret);

        Assert.NotEqual(one.Hash(Jan), other.Hash(Jan));
        Assert.NotEqual(one.SubjectOf("1"), other.SubjectOf("1"));
    }

    [Fact]
    public void A_ciphertext_can_only_be_decrypted_in_the_context_it_was_encrypted_for()
    {
        using var protector = Protector();
        var ciphertext = protector.Encrypt("caf\u00e9", "profile~a");

        Assert.Equal("caf\u00e9", protector.Decrypt(ciphertext, "profile~a"));
        Assert.NotEqual(ciphertext, protector.Encrypt("caf\u00e9", "profile~a"));
        Assert.ThrowsAny<CryptographicException>(() => protector.Decrypt(ciphertext, "profile~b"));
    }

    [Fact]
    public void A_ciphertext_with_any_bit_flipped_or_cut_at_any_byte_is_refused()
    {
        using var protector = Protector();
        var bytes = Convert.FromBase64String(protector.Encrypt("jan@example.com", "c"));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.ThrowsAny<CryptographicException>(() => protector.Decrypt(Convert.ToBase64String(bytes), "c"));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
            Assert.ThrowsAny<CryptographicException>(() => protector.Decrypt(Convert.ToBase64String(bytes.AsSpan(0, length)), "c"));
    }

    [Fact]
    public void After_a_rotation_the_first_key_encrypts_and_the_others_decrypt()
    {
        using var before = Protector(keys: [(1, OptOutSettings.DataSecret)]);
        using var after = Protector(keys: [(2, OptOutSettings.LinkSecret), (1, OptOutSettings.DataSecret)]);
        using var without = Protector(keys: [(2, OptOutSettings.LinkSecret)]);
        using var wrong = Protector(keys: [(1, OptOutSettings.LinkSecret)]);
        var old = before.Encrypt("x", "c");

        Assert.Equal("x", after.Decrypt(old, "c"));
        Assert.Equal(2, Convert.FromBase64String(after.Encrypt("x", "c"))[0]);
        Assert.Equal(
            "The ciphertext is truncated, or its key id is not in OptOut:Data:Keys: restore the key.",
            Assert.Throws<CryptographicException>(() => without.Decrypt(old, "c")).Message);
        Assert.ThrowsAny<CryptographicException>(() => wrong.Decrypt(old, "c"));
    }

    [Fact]
    public void Many_threads_can_hash_encrypt_and_decrypt_concurrently()
    {
        using var protector = Protector();

        Parallel.For(0, 5_000, i =>
        {
            Assert.Equal($"m{i}", protector.Decrypt(protector.Encrypt($"m{i}", $"c{i}"), $"c{i}"));
            Assert.Equal("3eb21c746ac270896ba295cd38a6610c", protector.Hash(Jan).ToString());
        });
    }

    [Fact]
    public void An_identifier_formatted_as_text_is_masked()
    {
        Assert.True(PostalKey.TryParse("Kerkstraat 1, 9000 Gent", out var home));

        Assert.Equal(["j...@example.com", "+32...56", "90..."], new[] { Jan, Phone("+32470123456"), home }.Select(i => $"{i}"));
        Assert.Equal("\ud835\udd07...@example.com", $"{Email("\ud835\udd07arwin@example.com")}");
    }

    [Fact]
    public void All_errors_in_the_keys_are_reported_at_once_without_the_secrets() => Assert.Equal(
        [
            "OptOut:Data:HashSecret is not base64; give 32 random bytes, as from 'openssl rand -base64 32'.",
            "OptOut:Data:Keys:0:Id is -1; give a number from 0 to 255.",
            "OptOut:Data:Keys:0:Secret is empty; give 32 random bytes in base64, as from 'openssl rand -base64 32'.",
            "OptOut:Data:Keys:1:Secret has 3 bytes; give at least 32, as from 'openssl rand -base64 32'.",
            "OptOut:Data:Keys gives Id 4 to 2 keys; give every key its own Id.",
        ],
        new DataOptionsValidator().Validate(null, new DataOptions
        {
            HashSecret = "not base64!",
            Keys = [new(), new() { Id = 4, Secret = "AAAA" }, new() { Id = 4, Secret = OptOutSettings.DataSecret }],
        }).Failures);

    private static IdentifierProtector Protector(string? hashSecret = null, (int Id, string Secret)[]? keys = null) =>
        new(Options.Create(new DataOptions
        {
            HashSecret = hashSecret ?? OptOutSettings.HashSecret,
            Keys = [.. (keys ?? [(1, OptOutSettings.DataSecret)]).Select(k => new DataKeyOptions { Id = k.Id, Secret = k.Secret })],
        }));

    private static Identifier Email(string address) =>
        EmailAddress.TryParse(address, out var identifier) ? identifier : throw new FormatException(address);

    private static Identifier Phone(string number) =>
        PhoneNumber.TryParse(number, "BE", out var identifier) ? identifier : throw new FormatException(number);
}
