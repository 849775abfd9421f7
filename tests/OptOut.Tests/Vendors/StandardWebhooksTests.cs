using System.Text;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

public sealed class StandardWebhooksTests
{
    // The test vector of the scheme's own libraries (standard-webhooks/standard-webhooks, libraries/*/tests).
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp = "1614265330";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private const string Other = "whsec_bm90IHRoZSBzYW1lIHNlY3JldCBhdCBhbGwh";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    [Fact]
    public void The_published_test_vector_signs_and_verifies()
    {
        var webhooks = new StandardWebhooks([Secret]);

        Assert.Equal(Signature, webhooks.Sign(Id, At, Body));
        Assert.True(webhooks.Verify(Id, Timestamp, Signature, Body, out var sentAt));
        Assert.Equal(At, sentAt); // Five years old and still accepted: see the class.
    }

    [Fact]
    public void During_a_secret_rotation_both_secrets_sign_and_either_is_accepted()
    {
        var both = new StandardWebhooks([Other, Secret]);

        var signatures = both.Sign(Id, At, Body);

        Assert.Equal(Signature, signatures.Split(' ')[1]);
        Assert.True(new StandardWebhooks([Secret]).Verify(Id, Timestamp, signatures, Body, out _));
        Assert.True(new StandardWebhooks([Other]).Verify(Id, Timestamp, signatures, Body, out _));
        Assert.True(both.Verify(Id, Timestamp, Signature, Body, out _));
        Assert.True(both.Verify(Id, Timestamp, new StandardWebhooks([Other]).Sign(Id, At, Body), Body, out _));
    }

    [Theory]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + Signature)]
    [InlineData("v1, v1,AAAA " + Signature + " v2,x")]
    public void Other_signatures_in_the_header_do_not_hide_a_valid_one(string signatures) =>
        Assert.True(new StandardWebhooks([Secret]).Verify(Id, Timestamp, signatures, Body, out _));

    [Theory]
    [InlineData(null, Timestamp, Signature)]
    [InlineData("", Timestamp, Signature)]
    [InlineData(Id + "x", Timestamp, Signature)]
    [InlineData("msg_p5jXN8AQM9LWM0D4.loKWxJek", Timestamp, Signature)]
    [InlineData("msg p5jXN8AQM9LWM0D4loKWxJek", Timestamp, Signature)]
    [InlineData(Id, null, Signature)]
    [InlineData(Id, "1614265331", Signature)]
    [InlineData(Id, "01614265330", Signature)]
    [InlineData(Id, "-1614265330", Signature)]
    [InlineData(Id, "999999999999", Signature)]
    [InlineData(Id, "1614265330.5", Signature)]
    [InlineData(Id, Timestamp, null)]
    [InlineData(Id, Timestamp, "")]
    [InlineData(Id, Timestamp, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, Timestamp, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1O0=")]
    [InlineData(Id, Timestamp, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE")]
    [InlineData(Id, Timestamp, "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, Timestamp, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,v1,x")]
    [InlineData(Id, Timestamp, "v1,é")]
    public void Anything_altered_or_missing_is_rejected(string? id, string? timestamp, string? signature) =>
        Assert.False(new StandardWebhooks([Secret]).Verify(id, timestamp, signature, Body, out _));

    [Fact]
    public void Another_body_another_secret_or_no_secret_is_rejected()
    {
        Assert.False(new StandardWebhooks([Secret]).Verify(Id, Timestamp, Signature, [.. Body, (byte)' '], out _));
        Assert.False(new StandardWebhooks([Secret]).Verify(Id, Timestamp, Signature, [], out _));
        Assert.False(new StandardWebhooks([Other]).Verify(Id, Timestamp, Signature, Body, out _));
        Assert.False(new StandardWebhooks([]).Verify(Id, Timestamp, Signature, Body, out _));
    }

    [Fact]
    public void A_header_with_a_thousand_signatures_is_rejected() =>
        Assert.False(
            new StandardWebhooks([Secret]).Verify(Id, Timestamp, string.Join(' ', Enumerable.Repeat(Signature, 1000)), Body, out _));

    [Fact]
    public void An_ambiguous_id_is_not_signed() =>
        Assert.Throws<ArgumentException>(() => new StandardWebhooks([Secret]).Sign("msg.1", At, Body));

    [Theory]
    [InlineData(Secret, true)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData("whsec_", false)]
    [InlineData("whsec_c2hvcnQ=", false)]
    [InlineData("whsec_not base64 but long enough to be one", false)]
    [InlineData("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData(null, false)]
    public void A_secret_needs_its_prefix_and_a_minimum_length(string? secret, bool isValid)
    {
        var problem = WebhookSecret.Problem("OptOut:X:Secrets:0", secret);

        Assert.Equal(isValid, problem is null);
        if (secret is { Length: > 6 } && problem is not null)
            Assert.DoesNotContain(secret[6..], problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_24_to_64_bytes_is_accepted()
    {
        bool[] accepted = [.. new[] { 23, 24, 64, 65 }.Select(
            n => WebhookSecret.Problem("s", "whsec_" + Convert.ToBase64String(new byte[n])) is null)];

        Assert.Equal([false, true, true, false], accepted);
    }
}
