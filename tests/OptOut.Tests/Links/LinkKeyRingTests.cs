using CsCheck;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Tests.Links;

public sealed class LinkKeyRingTests
{
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private const string Around = ".,;:!?()[]{}<>\"'`*_-~|\\/=&#@+ \t\r\n"
        + "\u00A0\u00AD\u00AB\u00BB\u200B\u201C\u201D\u2019\u2026\u3002\uFEFF\u00E9";

    // Computed independently of this code (HKDF and HMAC-SHA256 of RFC 5869 and 2104). It must never change, because links already mailed
    // depend on it.
    private const string Golden = "AQcBAgARIjNEVWZ3iJmqu8zd7v8yz2MAAAAqugFk8cFdyYnXuOb4BTudSA";

    private static readonly SubjectKey Subject = new(new UInt128(0x0011223344556677, 0x8899AABBCCDDEEFF));
    private static readonly Link Mailed = new(Subject, Channel.Email, 2, new DateTimeOffset(2026, 5, 1, 10, 11, 0, TimeSpan.Zero), 42);

    private static readonly Gen<Link> AnyLink = Gen.Select(
        Gen.ULong, Gen.ULong, Gen.OneOf<Channel?>([null, .. Channels.All]), Gen.Byte, Gen.Int[0, 0xFF_FFFF], Gen.UInt,
        (upper, lower, channel, topic, minutes, campaign) =>
            new Link(
                new SubjectKey(new UInt128(upper, lower)),
                channel,
                topic,
                new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes),
                campaign));

    [Fact]
    public void The_token_of_a_known_link_and_secret_never_changes()
    {
        using var ring = Ring();

        Assert.Equal(Golden, ring.Sign(Mailed));
        Assert.Equal(
            "AQcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxpHOdeRz_2QJ5fhe2TKOOQ",
            ring.Sign(new Link(default, null, 0, new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), 0)));
        Assert.Equal(
            "AQcE________________________________lBMGymC73z8lkW2tKpNhXg",
            ring.Sign(new Link(
                new SubjectKey(UInt128.MaxValue),
                Channel.Post,
                255,
                new DateTimeOffset(2051, 11, 24, 20, 15, 0, TimeSpan.Zero),
                uint.MaxValue)));
    }

    [Fact]
    public void A_link_survives_a_round_trip_through_a_token_of_58_characters_that_fits_in_a_mail_address() => AnyLink.Sample(link =>
    {
        using var ring = Ring();
        var token = ring.Sign(link);

        Assert.Equal(LinkKeyRing.TokenLength, token.Length);
        Assert.All(token, c => Assert.Contains(c, Base64Url));
        Assert.True((LinkHeaders.MailtoPrefix + token).Length <= 64, "RFC 5321 section 4.5.3.1.1");
        Assert.True(ring.TryVerify(token, out var read));
        Assert.Equal(link, read);
    }, iter: 200);

    [Fact]
    public void A_token_with_any_bit_flipped_is_refused()
    {
        using var ring = Ring();
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(Golden);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(ring, System.Buffers.Text.Base64Url.EncodeToString(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_token_with_any_character_replaced_is_refused_even_if_only_unused_bits_differ()
    {
        using var ring = Ring();
        for (var at = 0; at < Golden.Length; at++)
        {
            foreach (var other in (Base64Url + "+/=%. \t\r\n\0\u00e9\u212a\ud83d").Where(c => c != Golden[at]))
                AssertRefused(ring, $"{Golden[..at]}{other}{Golden[(at + 1)..]}");
        }
    }

    [Fact]
    public void A_shortened_or_lengthened_token_is_refused()
    {
        using var ring = Ring();
        for (var length = 0; length < Golden.Length; length++)
        {
            AssertRefused(ring, Golden[..length]);
            AssertRefused(ring, Golden[^length..]);
        }

        foreach (var more in (string[])["A", "=", "==", "AA", " ", "\n", "\r\n", ".", Golden, new('A', 10_000)])
        {
            AssertRefused(ring, Golden + more);
            AssertRefused(ring, more + Golden);
        }

        for (var at = 0; at <= Golden.Length; at++)
        {
            AssertRefused(ring, Golden.Insert(at, " "));
            AssertRefused(ring, Golden.Insert(at, "A"));
        }
    }

    [Fact]
    public void A_token_is_found_whatever_surrounds_it_but_letters_and_digits() => Gen.Select(
        AnyLink, Gen.Char[Around].Array[0, 5], Gen.Char[Around], Gen.String).Sample((link, characters, next, after) =>
    {
        var before = new string(characters);
        using var ring = Ring();
        var token = ring.Sign(link);

        Assert.True(ring.TryFind(before + token + next + after, out var found, out var read));
        Assert.Equal((token, link), (found, read));
        Assert.True(ring.TryFind(before + token, out found, out read));
        Assert.Equal((token, link), (found, read));
    }, iter: 200);

    [Fact]
    public void A_forged_token_is_not_found_whatever_surrounds_it() => Gen.Select(Gen.String, Gen.Int[0, 57], Gen.String).Sample(
        (before, at, after) =>
        {
            using var ring = Ring();
            var forged = $"{Golden[..at]}{(Golden[at] == 'B' ? 'C' : 'B')}{Golden[(at + 1)..]}";

            Assert.False(ring.TryFind(before + forged + after, out var found, out var link));
            Assert.Equal(("", default), (found, link));
        }, iter: 200);

    [Fact]
    public void A_token_with_white_space_instead_of_characters_is_refused()
    {
        using var ring = Ring();

        AssertRefused(ring, Golden[..56] + "  ");
        AssertRefused(ring, "  " + Golden[..56]);
        AssertRefused(ring, new string(' ', LinkKeyRing.TokenLength));
    }

    [Fact]
    public void Random_text_is_refused() => Gen.Char[Base64Url].Array[LinkKeyRing.TokenLength].Sample(characters =>
    {
        using var ring = Ring();

        AssertRefused(ring, new string(characters));
    }, iter: 200);

    [Fact]
    public void After_a_rotation_the_new_key_signs_and_the_old_one_still_verifies()
    {
        using var before = Ring();
        using var after = Ring(Key(8, OptOutSettings.OldLinkSecret, LinkKeyUse.Sign), Key(7, OptOutSettings.LinkSecret, LinkKeyUse.Verify));

        Assert.True(after.TryVerify(Golden, out var read));
        Assert.Equal(Mailed, read);
        Assert.Equal(8, System.Buffers.Text.Base64Url.DecodeFromChars(after.Sign(Mailed))[1]);
        Assert.NotEqual(before.Sign(Mailed), after.Sign(Mailed));
        AssertRefused(before, after.Sign(Mailed));
    }

    [Fact]
    public void A_revoked_key_an_unknown_key_and_another_secret_under_the_same_number_are_refused()
    {
        var signs = Key(8, OptOutSettings.OldLinkSecret, LinkKeyUse.Sign);
        using var revoked = Ring(signs, Key(7, OptOutSettings.LinkSecret, LinkKeyUse.Revoked));
        using var unknown = Ring(signs);
        using var reused = Ring(Key(7, OptOutSettings.OldLinkSecret, LinkKeyUse.Sign));

        AssertRefused(revoked, Golden);
        AssertRefused(unknown, Golden);
        AssertRefused(reused, Golden);
    }

    [Fact]
    public void A_token_of_another_version_is_refused_even_if_its_signature_is_valid()
    {
        using var ring = Ring();
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(Golden);
        bytes[0] = 2;
        using var key = new OptOut.Identity.KeyedHash(Convert.FromBase64String(OptOutSettings.LinkSecret), "optout/link/v1");
        Span<byte> mac = stackalloc byte[32];
        key.Compute(bytes.AsSpan(0, 27), mac);
        mac[..16].CopyTo(bytes.AsSpan(27));

        AssertRefused(ring, System.Buffers.Text.Base64Url.EncodeToString(bytes));
    }

    [Theory]
    [InlineData(2019, 12, 31)]
    [InlineData(2051, 11, 25)]
    public void Signing_refuses_a_moment_that_does_not_fit_in_three_bytes(int year, int month, int day)
    {
        using var ring = Ring();

        Assert.Equal(
            "A link's issue time must be between 2020-01-01 and 2051-11-23: the token has three bytes for it.",
            Assert.Throws<InvalidOperationException>(
                () => ring.Sign(Mailed with { IssuedAt = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero) })).Message);
    }

    [Fact]
    public void Verifying_allocates_nothing()
    {
        using var ring = Ring();
        var forged = Golden[..30] + (Golden[30] == 'A' ? 'B' : 'A') + Golden[31..];
        Measure();

        Assert.Equal(0, Measure());

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                ring.TryVerify(Golden, out _);
                ring.TryVerify(forged, out _);
                ring.TryVerify("short", out _);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Many_threads_can_sign_and_verify_concurrently()
    {
        using var ring = Ring();

        Parallel.For(0, 20_000, i =>
        {
            var link = Mailed with { Campaign = (uint)i };
            Assert.True(ring.TryVerify(ring.Sign(link), out var read));
            Assert.Equal(link, read);
            Assert.Equal(Golden, ring.Sign(Mailed));
        });
    }

    private static void AssertRefused(LinkKeyRing ring, string token)
    {
        Assert.False(ring.TryVerify(token, out var link), token);
        Assert.Equal(default, link);
    }

    private static LinkKeyRing Ring(params LinkKeyOptions[] keys) =>
        new(Options.Create(new LinkOptions { Keys = keys.Length > 0 ? keys : [Key(7, OptOutSettings.LinkSecret, LinkKeyUse.Sign)] }));

    private static LinkKeyOptions Key(int id, string secret, LinkKeyUse use) => new() { Id = id, Secret = secret, Use = use };
}
