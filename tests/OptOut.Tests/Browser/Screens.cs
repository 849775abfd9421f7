using OptOut.Pages;
using OptOut.Texts;

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
        new("stopped, to be seen later", typeof(ResultPage), async (site, tab, language) => await StopAtAsync(tab, At(await site.BrokenDownAsync(language, bus: true), language), language)),
        new("nothing could be kept", typeof(DownPage), async (site, tab, language) => await StopAtAsync(tab, At(await site.BrokenDownAsync(language, bus: false), language), language)),
        new("preferences", typeof(PreferencesPage), PreferencesAsync),
        new("preferences saved", typeof(ResultPage), SaveAsync),
        new("preferences, nothing changed", typeof(SamePage), async (site, tab, language) =>
        {
            await PreferencesAsync(site, tab, language);
            await tab.PressAsync(language["preferences.save"]);
        }),
        new("preferences cannot be read", typeof(DownPage), async (site, tab, language) =>
            await tab.GoAsync(At((await site.BrokenDownAsync(language, bus: true)) + "/preferences", language))),
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
        new("public form", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/unsubscribe", language))),
        new("public form, nothing filled in", typeof(PublicPage), async (_, tab, language) =>
        {
            await tab.GoAsync(At("/unsubscribe", language));
            await tab.PressAsync(language["public.button"]);
        }),
        new("public form, done", typeof(PublicPage), async (_, tab, language) =>
        {
            await tab.GoAsync(At("/unsubscribe", language));
            await tab.TypeAsync(language["public.email"], $"leaflet-{language.Code}@example.com");
            await tab.PressAsync(language["public.button"]);
        }),
        new("broken link", typeof(PublicPage), (_, tab, language) => tab.GoAsync(At("/u/broken", language))),
    ];

    public static string At(string address, Language language) => $"{address}?lang={language.Code}";

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
