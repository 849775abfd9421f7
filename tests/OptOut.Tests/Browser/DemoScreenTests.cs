using Microsoft.Playwright;
using OptOut.Tests.Demo;

namespace OptOut.Tests.Browser;

/// <summary>The demo page and the nightly report in a browser.</summary>
public sealed class DemoScreenTests(Chromium chromium, DemoSystem demo) : IClassFixture<DemoSystem>
{
    // Exempts the inbox buttons from the height of a main button: like a mail program's, they are smaller, but still
    // large enough for a finger.
    private const string NoMainButtons = "x-none";

    [BrowserFact]
    public async Task The_page_and_the_report_are_accessible()
    {
        var problems = new List<string>();

        await Tab.OpenAsync(chromium, demo.Address, async tab =>
        {
            await tab.GoAsync("/");
            problems.AddRange(await ProblemsAsync(tab.Page, "before a press"));
            await tab.Page.Locator("#press-lotte-newsletter").ClickAsync();
            await tab.Page.GetByText("time to stop").WaitForAsync();
            await tab.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach(details => { details.open = true; })");
            problems.AddRange(await ProblemsAsync(tab.Page, "after a press"));

            var report = await tab.Page.Context.RunAndWaitForPageAsync(() => tab.Page.Locator("#reconcile").ClickAsync());
            await report.WaitForURLAsync("**/demo/reports/latest");
            problems.AddRange(await ProblemsAsync(report, "report"));
        });

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [BrowserFact]
    public async Task With_JavaScript_the_page_updates_itself_and_a_press_does_not_reload_it()
    {
        await Tab.OpenAsync(chromium, demo.Address, async tab =>
        {
            await tab.GoAsync("/");
            await tab.Page.EvaluateAsync("() => { window.stayed = true; }");
            await tab.Page.Locator("#inside-amelie-offers > summary").ClickAsync();
            await tab.Page.Locator("#press-amelie-offers").ClickAsync();

            await tab.Page.GetByText("De Kruidtuin may send Amélie no more marketing").WaitForAsync();
            await tab.Page.GetByText("time to stop").WaitForAsync();
            await tab.Page.Locator("#p-received summary").WaitForAsync();
            Assert.NotNull(await tab.Page.Locator("#inside-amelie-offers").GetAttributeAsync("open"));
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Ledger" }).ClickAsync();
            Assert.True(await tab.Page.EvaluateAsync<bool>("() => window.stayed"));
        });
    }

    [BrowserFact]
    public async Task Without_JavaScript_a_press_and_the_reload_link_show_the_same()
    {
        await Tab.OpenAsync(
            chromium,
            demo.Address,
            async tab =>
            {
                await tab.GoAsync("/");
                await tab.Page.Locator("#press-jonas-newsletter").ClickAsync();
                await tab.Page.GetByText("Sent, answered 200").First.WaitForAsync(); // Other people's presses are on the page too.
                await OptOutHost.UntilAsync(async () =>
                {
                    await tab.PressAsync("Reload");
                    return await tab.Page.GetByText("time to stop").CountAsync() == 1;
                });

                Assert.Contains(
                    "De Kruidtuin may send Jonas no more marketing",
                    await tab.Page.Locator("#p-verdict").InnerTextAsync(),
                    StringComparison.Ordinal);
                Assert.Contains("*,*", await tab.Page.Locator("#p-ledger").InnerTextAsync(), StringComparison.Ordinal);
            },
            script: false);
    }

    private static async Task<List<string>> ProblemsAsync(IPage page, string when)
    {
        var problems = new List<string>();
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (320, ColorScheme.Dark) })
        {
            await page.SetViewportSizeAsync(width, 800);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            problems.AddRange(await Axe.ViolationsAsync(page));
            problems.AddRange(await Layout.MisfitsAsync(page, NoMainButtons));
        }

        await page.SetViewportSizeAsync(1280, 800);
        return [.. problems.Select(problem => $"{when}: {problem}")];
    }
}
