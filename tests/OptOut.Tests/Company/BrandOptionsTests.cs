using System.Text;
using OptOut.Company;

namespace OptOut.Tests.Company;

public sealed class BrandOptionsTests
{
    public const string Svg =
        """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32"><rect width="96" height="32" rx="6" fill="#1f6f43"/></svg>""";

    [Fact]
    public void The_default_colours_without_a_logo_are_valid() => Assert.Empty(Errors(new()));

    [Fact]
    public void All_errors_are_reported_at_once_with_the_measured_contrast_and_the_fix() => Assert.Equal(
        [
            "OptOut:Brand:Logo is not an embedded picture; give a data URI that begins with 'data:image/svg+xml;base64,' or "
                + "'data:image/png;base64,', or leave it empty.",
            "OptOut:Brand:Accent is '#8ec2ff'; its contrast against a page's grey panel (#f3f5f8) is 1.69:1, and people need 4.5:1 "
                + "to read it. Give a darker colour, such as #4c687a.",
            "OptOut:Brand:AccentOnDark is 'navy'; give a colour as #rrggbb, such as #0b4f9e.",
        ],
        Errors(new() { Logo = "https://www.example.com/logo.svg", Accent = "#8ec2ff", AccentOnDark = "navy" }).Select(
            e => e.Replace(SuggestedColour(e), "#4c687a", StringComparison.Ordinal)));

    [Theory]
    [InlineData("#ffcc00")]
    [InlineData("#ffffff")]
    [InlineData("#777777")]
    public void The_colour_suggested_in_an_error_is_accepted(string accent)
    {
        var light = Assert.Single(Errors(new() { Accent = accent }));
        Assert.Empty(Errors(new() { Accent = SuggestedColour(light) }));

        var dark = Assert.Single(Errors(new() { AccentOnDark = "#0b4f9e" }));
        Assert.Contains("Give a lighter colour", dark, StringComparison.Ordinal);
        Assert.Empty(Errors(new() { AccentOnDark = SuggestedColour(dark) }));
    }

    // The contrast is 4.4998.
    [Fact]
    public void A_contrast_just_below_the_minimum_is_not_rounded_up_to_it() =>
        Assert.Contains("is 4.49:1", Assert.Single(Errors(new() { Accent = "#3976a0" })), StringComparison.Ordinal);

    [Fact]
    public void A_logo_may_be_an_SVG_or_PNG_of_at_most_8192_characters()
    {
        Assert.Empty(Errors(new() { Logo = SvgLogo(Svg) }));
        Assert.Empty(Errors(new() { Logo = SvgLogo("\uFEFF<?xml version=\"1.0\"?><!-- us -->" + Svg) }));
        Assert.Empty(Errors(
            new() { Logo = "data:image/png;base64," + Convert.ToBase64String([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) }));
        Assert.Contains(
            "is 8193 characters",
            Assert.Single(Errors(new() { Logo = "data:image/png;base64,".PadRight(8193, 'A') })),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("<svg></svg>")]
    [InlineData("<html/>")]
    [InlineData("not XML")]
    [InlineData("")]
    public void An_SVG_that_shows_nothing_is_refused(string svg) =>
        Assert.StartsWith(
            "OptOut:Brand:Logo is declared as an SVG but is not one; give",
            Assert.Single(Errors(new() { Logo = SvgLogo(svg) })),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("data:image/png;base64,!")]
    public void A_PNG_that_is_none_is_refused(string logo) =>
        Assert.StartsWith(
            "OptOut:Brand:Logo is declared as a PNG but is not one; give",
            Assert.Single(Errors(new() { Logo = logo })),
            StringComparison.Ordinal);

    public static string SvgLogo(string svg) => "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));

    private static string SuggestedColour(string error) =>
        error.Contains("such as #", StringComparison.Ordinal) && !error.Contains("#rrggbb", StringComparison.Ordinal)
            ? error[^8..^1]
            : "none";

    private static List<string> Errors(BrandOptions options) => [.. new BrandOptionsValidator().Validate(null, options).Failures ?? []];
}
