using System.Globalization;
using System.Text.RegularExpressions;
using OptOut.Company;

namespace OptOut.Tests.Company;

public sealed class LanguageTests
{
    [Fact]
    public void There_are_four_languages() => Assert.Equal(["de", "en", "fr", "nl"], Language.All.Select(l => l.Code).Order());

    [Fact]
    public void No_text_is_missing_or_empty_in_any_language() => Assert.All(Language.All, language =>
    {
        Assert.Equal(Language.English.Keys.Order(), language.Keys.Order());
        Assert.All(language.Keys, key => Assert.False(string.IsNullOrWhiteSpace(language[key]), key));
    });

    [Fact]
    public void Every_text_has_the_same_placeholders_in_every_language() => Assert.All(Language.All, language =>
        Assert.All(
            language.Keys.Where(k => k != "date.format"),
            key => Assert.Equal(Placeholders(Language.English[key]), Placeholders(language[key]))));

    [Fact]
    public void Every_text_can_be_formatted() => Assert.All(Language.All, language =>
        Assert.All(
            language.Keys.Where(k => k != "date.format"),
            key => Assert.DoesNotContain("{", language.Format(key, "a", "b", "c"), StringComparison.Ordinal)));

    [Theory]
    [InlineData("nl")]
    [InlineData("fr")]
    [InlineData("de")]
    [InlineData("en")]
    public void A_date_is_written_with_its_day_month_year_and_time_in_every_language(string code)
    {
        var language = Language.Find(code)!;

        var text = new DateTimeOffset(2026, 3, 9, 14, 5, 0, TimeSpan.Zero).ToString(language["date.format"], language.Culture);

        Assert.Matches(@"\b9\b.*2026.*14[:.h ]*05", text);
        Assert.Contains(language.Culture.DateTimeFormat.MonthNames[2], text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("nl", "nl")]
    [InlineData("NL", "nl")]
    [InlineData("nl-BE", "nl")]
    [InlineData("fr_CA", "fr")]
    [InlineData("nld", null)]
    [InlineData("n", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("es", null)]
    public void A_language_is_found_by_the_code_that_a_browser_sends(string? code, string? found) =>
        Assert.Equal(found, Language.Find(code)?.Code);

    private static IEnumerable<string> Placeholders(string text) =>
        Regex.Matches(text, @"\{(\d+)\}").Select(m => m.Value).Distinct().Order(StringComparer.Create(CultureInfo.InvariantCulture, false));
}
