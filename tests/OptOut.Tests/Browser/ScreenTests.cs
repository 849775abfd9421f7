using Microsoft.Playwright;
using OptOut.Company;
using OptOut.Web.Pages;

namespace OptOut.Tests.Browser;

/// <summary>Every page in every language, in light and dark mode, on a small phone and at 200 % zoom, with the keyboard alone.</summary>
public sealed class ScreenTests(SharedWindow window, Site site) : IClassFixture<SharedWindow>, IClassFixture<Site>
{
    public static TheoryData<string> Names => [.. Screens.All.Select(screen => screen.Name)];

    [BrowserTheory]
    [MemberData(nameof(Names))]
    public Task A_screen_is_accessible_in_English(string name) => ShowAsync(name, language => language.Code is "en");

    [LongBrowserTheory]
    [MemberData(nameof(Names))]
    public Task A_screen_is_accessible_in_the_other_languages(string name) => ShowAsync(name, language => language.Code is not "en");

    private async Task ShowAsync(string name, Func<Language, bool> isShown)
    {
        var screen = Screens.All.Single(known => known.Name == name);
        var problems = new List<string>();

        await window.VisitAsync(site.Address, async tab =>
        {
            foreach (var language in Language.All.Where(isShown))
            {
                await tab.Page.SetViewportSizeAsync(1280, 900);
                await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
                await screen.Show(site, tab, language);
                problems.AddRange((await ProblemsAsync(tab.Page, language)).Select(problem => $"{language.Code}: {problem}"));
            }
        });

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Every_page_has_a_screen() => Assert.Equal(
        WholePages.For(typeof(PageFrame)).Select(page => page.Name).Order(StringComparer.Ordinal),
        Screens.All.Select(screen => screen.Page.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static async Task<List<string>> ProblemsAsync(IPage page, Language language)
    {
        const string MainButtons = "button, .button";
        var problems = new List<string>();
        if (await page.Locator("html").GetAttributeAsync("lang") is var lang && lang != language.Code)
            problems.Add($"the page declares the language {lang}");
        Add("light", await Axe.ViolationsAsync(page));
        if (language == Language.English) // The order is the same in every language.
            Add("keyboard", await Layout.OutOfReachAsync(page));

        // The CSS size of a 1280 px window at 200 % zoom.
        await page.SetViewportSizeAsync(640, 450);
        Add("zoomed", await Layout.MisfitsAsync(page, MainButtons));

        await page.SetViewportSizeAsync(320, 640);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Add("320 px", await Layout.MisfitsAsync(page, MainButtons));
        Add("dark, 320 px", await Axe.ViolationsAsync(page));
        return problems;

        void Add(string when, string[] found) => problems.AddRange(found.Select(problem => $"{when}: {problem}"));
    }
}
