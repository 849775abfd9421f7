using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Tests.Identity;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("0470 12 34 56", "BE", "+32470123456")]
    [InlineData("0470/12.34.56", "BE", "+32470123456")]
    [InlineData("+32 (0)470 12 34 56", "BE", "+32470123456")]
    [InlineData("0032470123456", "BE", "+32470123456")]
    [InlineData("02 555 12 12", "BE", "+3225551212")]
    [InlineData("06 12345678", "NL", "+31612345678")]
    [InlineData("06 12 34 56 78", "FR", "+33612345678")]
    [InlineData("+31 6 12345678", "BE", "+31612345678")]
    [InlineData("\uff10\uff14\uff17\uff10 12 34 56", "BE", "+32470123456")]
    [InlineData("\u0660\u0664\u0667\u0660123456", "BE", "+32470123456")]
    public void A_number_is_normalised_to_E164_for_the_region_it_is_dialled_in(string text, string region, string normal)
    {
        Assert.True(PhoneNumber.TryParse(text, region, out var identifier));
        Assert.Equal((IdentifierKind.Phone, normal), (identifier.Kind, identifier.Value));
        Assert.Equal([Channel.Sms, Channel.Phone], identifier.Channels);
    }

    [Theory]
    [InlineData("0470 12 34 56", "+32470123456")]
    [InlineData("+18612345678", "+18612345678")]
    [InlineData("+3277123456789", "+3277123456789")]
    [InlineData(" \u202a+18612345678\u202c", "+18612345678")]
    [InlineData("+1234567", "+1234567")]
    [InlineData("+123456789012345", "+123456789012345")]
    public void A_number_that_a_system_vouches_for_only_needs_the_shape_of_E164(string text, string normal)
    {
        Assert.True(PhoneNumber.TryParseVouched(text, "BE", out var identifier));
        Assert.Equal((IdentifierKind.Phone, normal), (identifier.Kind, identifier.Value));
        Assert.True(PhoneNumber.TryParseVouched(identifier.Value, "ZZ", out var again));
        Assert.Equal(identifier, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("+123456")]
    [InlineData("+1234567890123456")]
    [InlineData("+0123456789")]
    [InlineData("18612345678")]
    [InlineData("+1 861 234 5678")]
    [InlineData("+1861234567a")]
    [InlineData("+1861234567\u0668")]
    [InlineData("KRUIDTUIN")]
    public void Anything_else_is_not_a_number_even_if_somebody_vouches_for_it(string? text)
    {
        Assert.False(PhoneNumber.TryParseVouched(text, "BE", out var identifier));
        Assert.Equal(default, identifier);
    }

    [Fact]
    public void A_number_that_a_person_types_must_be_in_a_known_range()
    {
        Assert.False(PhoneNumber.TryParse("+18612345678", "BE", out _));
        Assert.False(PhoneNumber.TryParse("+3277123456789", "BE", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("112")]
    [InlineData("12")]
    [InlineData("+32")]
    [InlineData("0470 12 34")]
    [InlineData("0470 12 34 56 78 90")]
    [InlineData("jan@example.com")]
    [InlineData("+999 123456789")]
    public void Text_that_is_not_a_phone_number_is_refused(string? text)
    {
        Assert.False(PhoneNumber.TryParse(text, "BE", out var identifier));
        Assert.Equal(default, identifier);
        Assert.False(PhoneNumber.TryParse(new string('0', 101), "BE", out _));
    }
}
