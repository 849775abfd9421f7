using System.Text;
using OptOut.Vendors.Twilio;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary>
/// The test vectors that Twilio publishes on its security page and in the tests of its own libraries, for the auth token 12345.
/// </summary>
public sealed class TwilioSignatureTests
{
    private const string Url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    private const string Json = """{"property": "value", "boolean": true}""";
    private const string JsonHash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

    private static readonly KeyValuePair<string, string>[] Form =
        [
            new("CallSid", "CA1234567890ABCDE"),
            new("From", "+14158675309"),
            new("Digits", "1234"),
            new("To", "+18005551212"),
            new("Caller", "+14158675309"),
        ];

    private readonly TwilioSignature _signature = new(["12345"]);

    [Theory]
    [InlineData(Url, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData(Url, "kvajT1Ptam85bY51eRf/AJRuM3w=")] // Signed with :443.
    [InlineData("https://mycompany.com:1234/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")] // Signed without the port.
    [InlineData("https://mycompany.com:1234/myapp.php?foo=1&bar=2", "CYn1h0gLBdNxDGkKJg6hYohgeD8=")]
    [InlineData("http://mycompany.com/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4=")] // Signed with :80.
    [InlineData("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=")]
    [InlineData("https://MyCompany.com/myapp.php?foo=1&bar=2", "g9IN/x4Cft2g517EjYvEvM/W7LU=")]
    [InlineData("https://MyCompany.com:1234/myapp.php?foo=1&bar=2", "PCqOZm8cnu/L6+u5i5fuEd+Iac4=")]
    [InlineData("http://MyCompany.com/myapp.php?foo=1&bar=2", "XY7AlKOKL6im4yWyX84gldUrtis=")] // Signed with :80.
    public void Twilios_form_vectors_are_verified(string url, string signature)
    {
        Assert.True(_signature.Verify(signature, url, default, Form));
        Assert.False(_signature.Verify(signature, url, default, Form[1..]));
        Assert.False(_signature.Verify(signature, url + "&more=1", default, Form));
        Assert.False(new TwilioSignature(["1234"]).Verify(signature, url, default, Form));
    }

    [Fact]
    public void A_repeated_field_counts_each_distinct_value_once_in_order() => Assert.True(_signature.Verify(
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        Url,
        default,
        [new("Sid", "CA123"), new("SidAccount", "AC123"), new("Digits", "5678"), new("Digits", "1234"), new("Digits", "1234")]));

    [Fact]
    public void Field_names_are_sorted_correctly_when_one_is_a_prefix_of_another() => Assert.True(_signature.Verify(
        "vOEb5UThFn24KEfnOFLQY2AE5FY=", Url, default, [.. Form, new("ReasonConferenceEnded", "test"), new("Reason", "Participant")]));

    [Theory]
    [InlineData($"{Url}&bodySHA256={JsonHash}", "a9nBmqA0ju/hNViExpshrM61xv4=")]
    [InlineData($"https://mycompany.com/myapp.php?bodySHA256={JsonHash}", "y77kIzt2vzLz71DgmJGsen2scGs=")]
    public void Twilios_JSON_vectors_are_verified(string url, string signature)
    {
        var body = Encoding.UTF8.GetBytes(Json);

        Assert.True(_signature.Verify(signature, url, body, []));
        Assert.False(_signature.Verify(signature, url, [.. body, (byte)' '], []));
        Assert.False(_signature.Verify(signature, Url, body, []));
    }

    [Fact]
    public void During_a_token_rotation_both_tokens_are_accepted()
    {
        var rotating = new TwilioSignature(["67890", "12345"]);

        Assert.True(rotating.Verify("RSOYDt4T1cUTdK1PDd93/VVr8B8=", Url, default, Form));
        Assert.False(new TwilioSignature([]).Verify("RSOYDt4T1cUTdK1PDd93/VVr8B8=", Url, default, Form));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("FAIL")]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8")]
    [InlineData("SSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("NOTRSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData(
        "\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b"
            + "\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b\u738b")]
    public void Anything_else_is_rejected(string? signature) => Assert.False(_signature.Verify(signature, Url, default, Form));
}
