using System.Text;
using OptOut.Company;

namespace OptOut.Tests.Company;

public sealed class BrandOptionsTests
{
    public const string Svg = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 32"><rect width="96" height="32" rx="6" fill="#1f6f43"/></svg>""";

    [Fact]
    public void Our_own_colours_and_no_logo_are_good() => Assert.Empty(Errors(new()));

    [Fact]
    public void Every_fault_is_told_at_once_with_what_was_measured_and_the_mend() => Assert.Equal(
        [
            "OptOut:Brand:Logo is not a picture that stands in the page itself; give a data URI that begins with 'data:image/svg+xml;base64,' or 'data:image/png;base64,', or leave it empty.",
            "OptOut:Brand:Accent is '#8ec2ff'; its contrast against a page's grey panel (#f3f5f8) is 1.69:1, and people need 4.5:1 to read it. Give a darker colour, such as #4c687a.",
            "OptOut:Brand:AccentOnDark is 'navy'; give a colour as #rrggbb, such as #0b4f9e.",
        ],
        Errors(new() { Logo = "https://www.example.com/logo.svg", Accent = "#8ec2ff", AccentOnDark = "navy" }).Select(e => e.Replace(Proposed(e), "#4c687a", StringComparison.Ordinal)));

    [Theory]
    [InlineData("#ffcc00")]
    [InlineData("#ffffff")]
    [InlineData("#777777")]
    public void The_colour_proposed_in_the_mend_is_taken(string accent)
    {
        var light = Assert.Single(Errors(new() { Accent = accent }));
        Assert.Empty(Errors(new() { Accent = Proposed(light) }));

        var dark = Assert.Single(Errors(new() { AccentOnDark = "#0b4f9e" }));
        Assert.Contains("Give a lighter colour", dark, StringComparison.Ordinal);
        Assert.Empty(Errors(new() { AccentOnDark = Proposed(dark) }));
    }

    // 4.4998.
    [Fact]
    public void A_contrast_just_short_is_never_written_as_enough() =>
        Assert.Contains("is 4.49:1", Assert.Single(Errors(new() { Accent = "#3976a0" })), StringComparison.Ordinal);

    [Fact]
    public void A_logo_is_a_whole_SVG_or_PNG_of_at_most_8192_characters()
    {
        Assert.Empty(Errors(new() { Logo = SvgLogo(Svg) }));
        Assert.Empty(Errors(new() { Logo = SvgLogo("\uFEFF<?xml version=\"1.0\"?><!-- us -->" + Svg) }));
        Assert.Empty(Errors(new() { Logo = "data:image/png;base64," + Convert.ToBase64String([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) }));
        Assert.Contains("is 8193 characters", Assert.Single(Errors(new() { Logo = "data:image/png;base64,".PadRight(8193, 'A') })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("<svg></svg>")]
    [InlineData("<html/>")]
    [InlineData("not XML")]
    [InlineData("")]
    public void An_SVG_that_shows_nothing_is_refused(string svg) =>
        Assert.StartsWith("OptOut:Brand:Logo says it is an SVG and is not; give", Assert.Single(Errors(new() { Logo = SvgLogo(svg) })), StringComparison.Ordinal);

    [Theory]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("data:image/png;base64,!")]
    public void A_PNG_that_is_none_is_refused(string logo) =>
        Assert.StartsWith("OptOut:Brand:Logo says it is a PNG and is not; give", Assert.Single(Errors(new() { Logo = logo })), StringComparison.Ordinal);

    public static string SvgLogo(string svg) => "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(svg));

    private static string Proposed(string error) => error.Contains("such as #", StringComparison.Ordinal) && !error.Contains("#rrggbb", StringComparison.Ordinal) ? error[^8..^1] : "none";

    private static List<string> Errors(BrandOptions options) => [.. new BrandOptionsValidator().Validate(null, options).Failures ?? []];
}
