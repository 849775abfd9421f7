using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("jan.peeters@example.com", "jan.peeters@example.com")]
    [InlineData("  Jan.Peeters@EXAMPLE.com\t", "jan.peeters@example.com")]
    [InlineData("jan+news@example.com", "jan+news@example.com")]
    [InlineData("j.a.n@gmail.com", "j.a.n@gmail.com")]
    [InlineData("o'brien_1=x/y@sub.example.co.uk", "o'brien_1=x/y@sub.example.co.uk")]
    [InlineData("x@M\u00dcNCHEN.example", "x@xn--mnchen-3ya.example")]
    [InlineData("x@mu\u0308nchen.example", "x@xn--mnchen-3ya.example")]
    [InlineData("x@xn--mnchen-3ya.example", "x@xn--mnchen-3ya.example")]
    [InlineData("cafe\u0301@example.com", "caf\u00e9@example.com")]
    [InlineData("\u00c9lodie@example.com", "\u00e9lodie@example.com")]
    [InlineData("\u7528\u6237@\u4f8b\u5b50.example", "\u7528\u6237@xn--fsqu00a.example")]
    [InlineData("\uff4a\uff41\uff4e\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d", "jan@example.com")]
    [InlineData("jan@example\u3002com", "jan@example.com")]
    [InlineData("\ufb01ona@example.com", "fiona@example.com")]
    [InlineData("o\u2019brien@example.com", "o'brien@example.com")]
    [InlineData("o\u00b4brien@example.com", "o'brien@example.com")]
    [InlineData("jan\u2011peeters@ex\u2010ample.com", "jan-peeters@ex-ample.com")]
    [InlineData("x@stra\u00dfe.example", "x@xn--strae-oqa.example")]
    [InlineData("50%25off@example.com", "50%25off@example.com")]
    public void An_address_has_one_normal_form_that_keeps_dots_and_plus_tags(string text, string normal)
    {
        Assert.True(EmailAddress.TryParse(text, out var identifier));
        Assert.Equal((IdentifierKind.Email, normal), (identifier.Kind, identifier.Value));
        Assert.True(EmailAddress.TryParse(identifier.Value, out var again));
        Assert.Equal(identifier, again);
        Assert.Equal([Channel.Email], identifier.Channels);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("jan")]
    [InlineData("@example.com")]
    [InlineData("jan@")]
    [InlineData("jan@localhost")]
    [InlineData("jan@example.com.")]
    [InlineData("jan@.example.com")]
    [InlineData("jan@example..com")]
    [InlineData("jan@-example.com")]
    [InlineData("jan@exa_mple.com")]
    [InlineData("jan@exam ple.com")]
    [InlineData("jan@[127.0.0.1]")]
    [InlineData("jan peeters@example.com")]
    [InlineData(".jan@example.com")]
    [InlineData("jan.@example.com")]
    [InlineData("j..an@example.com")]
    [InlineData("\"jan\"@example.com")]
    [InlineData("jan@x@example.com")]
    [InlineData("Jan <jan@example.com>")]
    [InlineData("jan@example.com, piet@example.com")]
    [InlineData("jan\r\n@example.com")]
    [InlineData("jan@example.com\0")]
    [InlineData("ja\u00a0n@example.com")]
    [InlineData("mailto:jan@example.com")]
    [InlineData("<jan@example.com>")]
    [InlineData("\u201cjan@example.com\u201d")]
    [InlineData("\u201ejan@example.com\u201c")]
    [InlineData("\u00abjan@example.com\u00bb")]
    [InlineData("jan@example.com\u201d")]
    [InlineData("'jan@example.com'")]
    [InlineData("\u3010jan@example.com\u3011")]
    [InlineData("jan@example.com\u2026")]
    [InlineData("jan@example.com;")]
    public void Text_that_is_not_an_email_address_is_refused(string? text)
    {
        Assert.False(EmailAddress.TryParse(text, out var identifier));
        Assert.Equal(default, identifier);
    }

    // Not in the tables: an attribute cannot contain half a surrogate pair.
    [Fact]
    public void Text_with_half_a_surrogate_pair_is_refused()
    {
        Assert.False(EmailAddress.TryParse("ja\ud800n@example.com", out _));
        Assert.False(PostalKey.TryParse("Kerkstraat \ud800 1, 9000 Gent", out _));
        Assert.False(PhoneNumber.TryParse("\ud800", "BE", out _));
    }

    [Fact]
    public void The_length_limits_of_RFC_5321_apply()
    {
        var label = new string('d', 62);
        Assert.True(EmailAddress.TryParse($"{new string('a', 64)}@example.com", out _));
        Assert.False(EmailAddress.TryParse($"{new string('a', 65)}@example.com", out _));
        Assert.False(EmailAddress.TryParse($"{new string('\u00e9', 33)}@example.com", out _));
        Assert.True(EmailAddress.TryParse($"a@{label}.{label}.{label}.{label}", out var longest));
        Assert.Equal(253, longest.Value.Length);
        Assert.False(EmailAddress.TryParse($"aaa@{label}.{label}.{label}.{label}", out _));
        Assert.False(EmailAddress.TryParse(new string('a', 100_000) + "@example.com", out _));
    }
}
