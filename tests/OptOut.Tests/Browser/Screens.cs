using OptOut.Company;
using OptOut.Web.Pages;

namespace OptOut.Tests.Browser;

/// <summary>Something a person may find on the screen.</summary>
/// <param name="Name">In words.</param>
/// <param name="Page">The component that is the whole page.</param>
/// <param name="Show">Brings it on the screen, in a language.</param>
internal sealed record Screen(string Name, Type Page, Func<Site, Tab, Language, Task> Show);

/// <summary>Every page of the product in every state that looks different. Adding a page is adding a line here; a test says so when it was forgotten.</summary>
internal static class Screens
{
    public static IReadOnlyList<Screen> All { get; } =
    [
        new("both choices", typeof(UnsubscribePage), async (site, tab, language) => await tab.GoAsync(At(await site.LinkAsync(language), language))),
        new("stopped", typeof(ResultPage), StopAsync),
        new("stopped, to be seen later", typeof(ResultPage), async (site, tab, language) => await StopAtAsync(tab, At(await site.LinkOfBrokenDownAsync(language, bus: true), language), language)),
        new("nothing could be kept", typeof(DownPage), async (site, tab, language) => await StopAtAsync(tab, At(await site.LinkOfBrokenDownAsync(language, bus: false), language), language)),
        new("preferences", typeof(PreferencesPage), PreferencesAsync),
        new("preferences saved", typeof(ResultPage), SaveAsync),
        new("preferences, nothing changed", typeof(SamePage), async (site, tab, language) =>
        {
            await PreferencesAsync(site, tab, language);
            await tab.PressAsync(language["preferences.save"]);
        }),
        new("preferences cannot be read", typeof(DownPage), async (site, tab, language) =>
            await tab.GoAsync(At(await site.LinkOfBrokenDownAsync(language, bus: true) + "/preferences", language))),
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
        new("receipt that is not there", typeof(ReceiptMissingPage), async (site, tab, language) => await tab.GoAsync(At(await site.LinkAsync(language) + "/receipt", language))),
        new("broken link", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/u/broken", language))),
        new("public form", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/unsubscribe", language))),
        new("public form, nothing filled in", typeof(PublicPage), (_, tab, language) => FormAsync(tab, language)),
        new("public form, everything wrong", typeof(PublicPage), (_, tab, language) =>
            FormAsync(tab, language, ("public.email", "jan@"), ("public.phone", "12"), ("public.postal", "Gent"), ("public.code", "ABC"))),
        new("public form, code of a leaflet alone", typeof(PublicPage), async (site, tab, language) => await FormAsync(tab, language, ("public.code", await site.LeafletAsync()))),
        new("public form, done", typeof(PublicDonePage), (_, tab, language) => FormAsync(tab, language, ("public.email", $"done-{language.Code}@example.com"))),
        new("public form, too often", typeof(TooManyPage), async (site, tab, language) =>
            await FormAsync(tab, language, ("public.email", await site.AskedTooOftenAsync()))),
        new("public form, nothing could be kept", typeof(DownPage), async (site, tab, language) =>
        {
            await tab.GoAsync(At(await site.BrokenDownAsync("/unsubscribe", bus: false), language));
            await FillAsync(tab, language, ("public.email", "nobody@example.com"));
        }),
        new("my link, asked for", typeof(LinkRequestPage), (_, tab, language) => AskForLinkAsync(tab, At("/unsubscribe", language), language, $"asked-{language.Code}@example.com")),
        new("my link, address wrong", typeof(LinkRequestPage), (_, tab, language) => AskForLinkAsync(tab, At("/unsubscribe", language), language, "jan@")),
        new("my link, cannot be asked for", typeof(LinkRequestPage), async (site, tab, language) =>
            await AskForLinkAsync(tab, At(await site.BrokenDownAsync("/unsubscribe", bus: false), language), language, "nobody@example.com")),
        new("code to type", typeof(CodePage), (_, tab, language) => tab.GoAsync(At("/q", language))),
        new("code not printed", typeof(CodePage), (_, tab, language) => tab.GoAsync(At($"/q/{Site.UnknownCode}", language))),
        new("code cannot be looked up", typeof(CodePage), async (site, tab, language) => await tab.GoAsync(At(await site.BrokenDownAsync($"/q/{Site.UnknownCode}", bus: true), language))),
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

    private static async Task AskForLinkAsync(Tab tab, string address, Language language, string email)
    {
        await tab.GoAsync(address);
        await tab.Page.Locator("#link-email").FillAsync(email);
        await tab.PressAsync(language["public.link.button"]);
    }

    private static async Task StopAsync(Site site, Tab tab, Language language) => await StopAtAsync(tab, At(await site.LinkAsync(language), language), language);

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
