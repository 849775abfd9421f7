using OptOut.Company;

namespace OptOut.Tests.Company;

public sealed class ColourTests
{
    // Values from the W3C's own examples and from WebAIM's contrast checker.
    [Theory]
    [InlineData("#000000", "#ffffff", 21.0)]
    [InlineData("#ffffff", "#ffffff", 1.0)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#767676", "#ffffff", 4.54)]
    [InlineData("#0000ff", "#ffffff", 8.59)]
    [InlineData("#ff0000", "#ffffff", 4.00)]
    public void Contrast_is_computed_as_WCAG_defines_it_in_either_order(string a, string b, double contrast)
    {
        Assert.Equal(contrast, Colour.Parse(a).Contrast(Colour.Parse(b)), 0.005);
        Assert.Equal(contrast, Colour.Parse(b).Contrast(Colour.Parse(a)), 0.005);
    }

    [Theory]
    [InlineData("#0b4f9e", "#0b4f9e")]
    [InlineData("#0B4F9E", "#0b4f9e")]
    [InlineData("0b4f9e", null)]
    [InlineData("#0b4f9", null)]
    [InlineData("#0b4f9e0", null)]
    [InlineData("#0b4f9g", null)]
    [InlineData("blue", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_colour_is_a_hash_sign_and_six_hexadecimal_digits(string? text, string? colour) =>
        Assert.Equal(colour, Colour.TryParse(text, out var parsed) ? parsed.ToString() : null);

    [Fact]
    public void The_default_colours_have_enough_contrast_in_light_and_dark_mode()
    {
        Assert.All([new BrandOptions().Light, new BrandOptions().Dark], palette => Assert.All([palette.Paper, palette.Panel], ground =>
        {
            Assert.True(palette.Ink.Contrast(ground) >= 7);
            Assert.True(palette.Error.Contrast(ground) >= 4.5);
            Assert.True(palette.Accent.Contrast(ground) >= 4.5);
            Assert.True(palette.Line.Contrast(ground) >= 3);
        }));
    }
}
