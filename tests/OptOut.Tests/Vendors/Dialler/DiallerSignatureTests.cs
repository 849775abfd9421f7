using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OptOut.Vendors.Dialler;

namespace OptOut.Tests.Vendors.Dialler;

public sealed class DiallerSignatureTests
{
    // The vector of the scheme's own libraries: https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Id = "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp = "1614265330";
    private const string Body = """{"test": 2432232314}""", Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly string Other = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes("a secret of another dialler's"));

    [Fact]
    public void The_published_vector_holds() => Assert.True(Verify([Secret], Signature));

    [Fact]
    public void A_secret_may_be_written_without_its_prefix() => Assert.True(Verify([Secret[6..]], Signature));

    [Fact]
    public void While_a_secret_is_being_changed_either_signs()
    {
        Assert.True(Verify([Other, Secret], Signature));
        Assert.True(Verify([Secret], $"v1,{Convert.ToBase64String(new byte[32])} v1a,AAAA {Signature}"));
        Assert.False(Verify([Other], Signature));
        Assert.False(Verify([], Signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1")]
    [InlineData("v1,")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A==")]
    [InlineData("v1,\u00e9\u00e9\u00e9")]
    public void Nothing_else_is_believed(string signature) => Assert.False(Verify([Secret], signature));

    [Fact]
    public void A_message_may_not_be_read_as_another() // Its id moved into its timestamp.
    {
        var hash = HMACSHA256.HashData(DiallerSignature.Key(Secret)!, Encoding.ASCII.GetBytes($"a.1.2.{Body}"));

        Assert.False(Verify([Secret], $"v1,{Convert.ToBase64String(hash)}", "a.1", "2"));
        Assert.False(Verify([Secret], $"v1,{Convert.ToBase64String(hash)}", "a", "1.2"));
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_secret_has_the_length_the_scheme_asks_for(int length, bool is_one) =>
        Assert.Equal(is_one, DiallerSignature.Key("whsec_" + Convert.ToBase64String(new byte[length])) is { } key && key.Length == length);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("a password that is no base64")]
    public void What_is_no_base64_is_no_secret(string? secret) => Assert.Null(DiallerSignature.Key(secret));

    private static bool Verify(string[] secrets, string signature, string id = Id, string timestamp = Timestamp)
    {
        var headers = new HeaderDictionary { ["webhook-id"] = id, ["webhook-timestamp"] = timestamp, ["webhook-signature"] = signature };
        var believed = new DiallerSignature(secrets).Verify(headers, Encoding.UTF8.GetBytes(Body));
        Assert.True(!believed || new DiallerSignature(secrets).MayBelieve(headers), string.Create(CultureInfo.InvariantCulture, $"{secrets.Length} secrets"));
        return believed;
    }
}
