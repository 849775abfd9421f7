using OptOut.Company;
using OptOut.Web.Pages;

namespace OptOut.Tests.Browser;

/// <summary>A page in one of its states.</summary>
/// <param name="Name">A short description.</param>
/// <param name="Page">The component that renders the whole page.</param>
/// <param name="Show">Brings the page to that state, in a language.</param>
internal sealed record Screen(string Name, Type Page, Func<Site, Tab, Language, Task> Show);

/// <summary>
/// Every page of the product, in every state that looks different. Add a line for each new page; a test fails if one is missing.
/// </summary>
internal static class Screens
{
    public static IReadOnlyList<Screen> All { get; } =
    [
        new(
            "both choices",
            typeof(UnsubscribePage),
            async (site, tab, language) => await tab.GoAsync(At(await site.LinkAsync(language), language))),
        new("stopped", typeof(ResultPage), StopAsync),
        new(
            "stopped, visible later",
            typeof(ResultPage),
            async (site, tab, language) => await StopAtAsync(
                tab, At(await site.LinkDuringOutageAsync(language, bus: true), language), language)),
        new(
            "nothing could be recorded",
            typeof(UnavailablePage),
            async (site, tab, language) => await StopAtAsync(
                tab, At(await site.LinkDuringOutageAsync(language, bus: false), language), language)),
        new("preferences", typeof(PreferencesPage), PreferencesAsync),
        new("preferences saved", typeof(ResultPage), SaveAsync),
        new("preferences, nothing changed", typeof(NothingChangedPage), async (site, tab, language) =>
        {
            await PreferencesAsync(site, tab, language);
            await tab.PressAsync(language["preferences.save"]);
        }),
        new("preferences cannot be read", typeof(UnavailablePage), async (site, tab, language) =>
            await tab.GoAsync(At(await site.LinkDuringOutageAsync(language, bus: true) + "/preferences", language))),
        new("undone", typeof(ResultPage), async (site, tab, language) =>
        {
            await StopAsync(site, tab, language);
            await tab.PressAsync(language["undo.button"]);
        }),
        new("receipt", typeof(ReceiptPage), async (site, tab, language) =>
        {
            await SaveAsync(site, tab, language);
            await tab.PressAsync(language["receipt.view"]);
        }),
        new(
            "receipt not found",
            typeof(ReceiptMissingPage),
            async (site, tab, language) => await tab.GoAsync(At(await site.LinkAsync(language) + "/receipt", language))),
        new("broken link", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/u/broken", language))),
        new("public form", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/unsubscribe", language))),
        new("public form, nothing filled in", typeof(PublicPage), (_, tab, language) => FormAsync(tab, language)),
        new("public form, every field invalid", typeof(PublicPage), (_, tab, language) =>
            FormAsync(tab, language, ("public.email", "jan@"), ("public.phone", "12"), ("public.postal", "Gent"), ("public.code", "ABC"))),
        new(
            "public form, only the code of a leaflet",
            typeof(PublicPage),
            async (site, tab, language) => await FormAsync(tab, language, ("public.code", await site.LeafletAsync()))),
        new(
            "public form, done",
            typeof(PublicDonePage),
            (_, tab, language) => FormAsync(tab, language, ("public.email", $"done-{language.Code}@example.com"))),
        new("public form, too many requests", typeof(TooManyRequestsPage), async (site, tab, language) =>
            await FormAsync(tab, language, ("public.email", await site.RateLimitedAddressAsync()))),
        new("public form, nothing could be recorded", typeof(UnavailablePage), async (site, tab, language) =>
        {
            await tab.GoAsync(At(await site.DuringOutageAsync("/unsubscribe", bus: false), language));
            await FillAsync(tab, language, ("public.email", "nobody@example.com"));
        }),
        new(
            "my link, requested",
            typeof(LinkRequestPage),
            (_, tab, language) => RequestLinkAsync(tab, At("/unsubscribe", language), language, $"asked-{language.Code}@example.com")),
        new(
            "my link, invalid address",
            typeof(LinkRequestPage),
            (_, tab, language) => RequestLinkAsync(tab, At("/unsubscribe", language), language, "jan@")),
        new("my link, cannot be requested", typeof(LinkRequestPage), async (site, tab, language) =>
            await RequestLinkAsync(
                tab, At(await site.DuringOutageAsync("/unsubscribe", bus: false), language), language, "nobody@example.com")),
        new("letter", typeof(PaperPage), async (site, tab, language) => await tab.GoAsync(await site.LetterAsync(language))),
        new("letter, nothing ticked", typeof(PaperPage), async (site, tab, language) =>
        {
            await tab.GoAsync(await site.LetterAsync(language));
            await tab.PressAsync(language["codes.some.button"]);
        }),
        new("letter, stopped", typeof(PaperDonePage), async (site, tab, language) =>
            await StopAtAsync(tab, await site.LetterAsync(language), language)),
        new("letter, some channels stopped", typeof(PaperDonePage), async (site, tab, language) =>
        {
            await tab.GoAsync(await site.LetterAsync(language));
            await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Checkbox).First.CheckAsync();
            await tab.PressAsync(language["codes.some.button"]);
        }),
        new("letter, receipt", typeof(ReceiptPage), async (site, tab, language) =>
        {
            await StopAtAsync(tab, await site.LetterAsync(language), language);
            await tab.PressAsync(language["receipt.view"]);
        }),
        new("code form", typeof(CodePage), (_, tab, language) => tab.GoAsync(At("/q", language))),
        new("code that was never printed", typeof(CodePage), (_, tab, language) => tab.GoAsync(At($"/q/{Site.UnknownCode}", language))),
        new(
            "code cannot be looked up",
            typeof(CodePage),
            async (site, tab, language) => await tab.GoAsync(
                At(await site.DuringOutageAsync($"/q/{Site.UnknownCode}", bus: true), language))),
    ];

    public static string At(string address, Language language) => $"{address}?lang={language.Code}";

    private static async Task FormAsync(Tab tab, Language language, params (string Label, string Typed)[] fields)
    {
        await tab.GoAsync(At("/unsubscribe", language));
        await FillAsync(tab, language, fields);
    }

    private static async Task FillAsync(Tab tab, Language language, params (string Label, string Typed)[] fields)
    {
        foreach (var (label, typed) in fields)
            await tab.TypeAsync(language[label], typed);
        await tab.PressAsync(language["public.button"]);
    }

    private static async Task RequestLinkAsync(Tab tab, string address, Language language, string email)
    {
        await tab.GoAsync(address);
        await tab.Page.Locator("#link-email").FillAsync(email);
        await tab.PressAsync(language["public.link.button"]);
    }

    private static async Task StopAsync(Site site, Tab tab, Language language) =>
        await StopAtAsync(tab, At(await site.LinkAsync(language), language), language);

    private static async Task StopAtAsync(Tab tab, string address, Language language)
    {
        await tab.GoAsync(address);
        await tab.PressAsync(language["page.stop"]);
    }

    private static async Task PreferencesAsync(Site site, Tab tab, Language language)
    {
        await tab.GoAsync(At(await site.LinkAsync(language), language));
        await tab.PressAsync(language["page.adjust"]);
    }

    private static async Task SaveAsync(Site site, Tab tab, Language language)
    {
        await PreferencesAsync(site, tab, language);
        await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Checkbox).First.UncheckAsync();
        await tab.PressAsync(language["preferences.save"]);
    }
}
