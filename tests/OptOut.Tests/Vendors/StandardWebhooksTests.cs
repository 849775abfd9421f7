using System.Text;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

public sealed class StandardWebhooksTests
{
    // The vector that the scheme's own libraries are tested with (standard-webhooks/standard-webhooks, libraries/*/tests).
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp = "1614265330";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private const string Other = "whsec_bm90IHRoZSBzYW1lIHNlY3JldCBhdCBhbGwh";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    [Fact]
    public void The_published_vector_holds_both_ways()
    {
        var webhooks = new StandardWebhooks([Secret]);

        Assert.Equal(Signature, webhooks.Sign(Id, At, Body));
        Assert.True(webhooks.Verify(Id, Timestamp, Signature, Body, out var sentAt));
        Assert.Equal(At, sentAt); // Five years old, and believed: see the class.
    }

    [Fact]
    public void While_a_secret_is_changed_both_sign_and_either_is_believed()
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
    public void Signatures_that_are_not_ours_hide_none_that_is(string signatures) =>
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
    public void Anything_altered_or_missing_is_not_believed(string? id, string? timestamp, string? signature) =>
        Assert.False(new StandardWebhooks([Secret]).Verify(id, timestamp, signature, Body, out _));

    [Fact]
    public void Another_body_another_secret_and_no_secret_are_not_believed()
    {
        Assert.False(new StandardWebhooks([Secret]).Verify(Id, Timestamp, Signature, [.. Body, (byte)' '], out _));
        Assert.False(new StandardWebhooks([Secret]).Verify(Id, Timestamp, Signature, [], out _));
        Assert.False(new StandardWebhooks([Other]).Verify(Id, Timestamp, Signature, Body, out _));
        Assert.False(new StandardWebhooks([]).Verify(Id, Timestamp, Signature, Body, out _));
    }

    [Fact]
    public void A_header_of_a_thousand_signatures_is_not_looked_at() =>
        Assert.False(new StandardWebhooks([Secret]).Verify(Id, Timestamp, string.Join(' ', Enumerable.Repeat(Signature, 1000)), Body, out _));

    [Fact]
    public void An_id_that_could_be_read_as_another_is_not_signed() =>
        Assert.Throws<ArgumentException>(() => new StandardWebhooks([Secret]).Sign("msg.1", At, Body));

    [Theory]
    [InlineData(Secret, true)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData("whsec_", false)]
    [InlineData("whsec_c2hvcnQ=", false)]
    [InlineData("whsec_not base64 but long enough to be one", false)]
    [InlineData("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData(null, false)]
    public void A_secret_has_its_prefix_and_its_length(string? secret, bool good)
    {
        var problem = WebhookSecret.Problem("OptOut:X:Secrets:0", secret);

        Assert.Equal(good, problem is null);
        if (secret is { Length: > 6 } && problem is not null)
            Assert.DoesNotContain(secret[6..], problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_24_to_64_bytes_is_taken()
    {
        bool[] taken = [.. new[] { 23, 24, 64, 65 }.Select(n => WebhookSecret.Problem("s", "whsec_" + Convert.ToBase64String(new byte[n])) is null)];

        Assert.Equal([false, true, true, false], taken);
    }
}
