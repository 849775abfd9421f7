using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;
using OptOut.Company;
using OptOut.Tests.Web.Unsubscribe;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Browser;

/// <summary>Follows the instructions on the receipt: each way gives the check number that it shows.</summary>
public sealed class ReceiptCheckTests(Chromium chromium, OptOutHost host) : IClassFixture<OptOutHost>
{
    private static int _people;

    private static string System => OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : "Linux";

    [BrowserTheory]
    [InlineData("nl")]
    [InlineData("fr")]
    [InlineData("de")]
    [InlineData("en")]
    public Task The_downloaded_text_of_each_line_has_its_check_number(string code) => OnReceiptAsync(code, async (tab, language, folder) =>
        await VerifyDownloadsAsync(tab.Page, language, folder));

    [BrowserFact]
    public Task The_copied_text_of_each_line_has_its_check_number_however_it_was_selected() => OnReceiptAsync("en", async (tab, _, _) =>
    {
        await tab.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        foreach (var section in await tab.Page.Locator("section.entry").AllAsync())
        {
            var text = section.Locator("pre");
            foreach (var select in (Func<Task>[])
            [
                () => text.ClickAsync(),
                () => text.ClickAsync(new() { ClickCount = 3 }),
                () => SelectAsync(text, "selectNodeContents"),
                () => SelectAsync(text, "selectNode"),
            ])
            {
                await tab.Page.EvaluateAsync("() => getSelection().removeAllRanges()");
                await select();
                await tab.Page.Keyboard.PressAsync("ControlOrMeta+C");
                var copied = await tab.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

                Assert.Equal(
                    await CheckNumberAsync(section), Hash(copied.ReplaceLineEndings("\n"))); // Windows puts CR LF on its clipboard.
            }
        }
    });

    [BrowserFact]
    public Task The_receipt_that_was_saved_as_a_page_is_checked_without_our_site() => OnReceiptAsync("en", async (tab, language, folder) =>
    {
        var download = await tab.Page.RunAndWaitForDownloadAsync(
            () => tab.Page.GetByRole(AriaRole.Link, new() { Name = language["receipt.html"] }).ClickAsync());
        var file = Path.Combine(folder, download.SuggestedFilename);
        await download.SaveAsAsync(file);

        await tab.Page.GotoAsync(new Uri(file).AbsoluteUri);
        await VerifyDownloadsAsync(tab.Page, language, folder);
    });

    private static async Task VerifyDownloadsAsync(IPage page, Language language, string folder)
    {
        var command = await page.Locator($"dt:text-is('{System}') + dd").InnerTextAsync();
        var sections = await page.Locator("section.entry").AllAsync();
        Assert.True(sections.Count > 1, "The submission has several lines.");
        for (var i = 0; i < sections.Count; i++)
        {
            var download = await page.RunAndWaitForDownloadAsync(() => sections[i].GetByRole(AriaRole.Link).ClickAsync());
            await download.SaveAsAsync(Path.Combine(folder, download.SuggestedFilename));
            if (i == 0)
                Assert.Contains(download.SuggestedFilename, command, StringComparison.Ordinal);
            var first = await page.Locator("section.entry pre").First.InnerTextAsync();
            Assert.StartsWith("optout-ledger-2\n", first, StringComparison.Ordinal);
            var line = $"-{i + 1}.txt";
            Assert.EndsWith(line, download.SuggestedFilename, StringComparison.Ordinal);

            var answer = await RunAsync(command.Replace("-1.txt", line, StringComparison.Ordinal), folder);
            Assert.Contains(await CheckNumberAsync(sections[i]), answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains(language["receipt.check.how"], await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    private async Task OnReceiptAsync(string code, Func<Tab, Language, string, Task> check)
    {
        var language = Language.Find(code)!;
        var id = $"checked-{Interlocked.Increment(ref _people)}";
        await host.PutSubjectAsync(id, [$"{id}@example.com"], language: code);
        var token = await host.TokenAsync(id);
        var saved = await host.SendAsync(
            "POST",
            $"/u/{token}/preferences",
            PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter", "sms,offers"]));
        var folder = Directory.CreateTempSubdirectory("optout-receipt-");
        try
        {
            await Tab.OpenAsync(chromium, host.Client.BaseAddress!, async tab =>
            {
                await tab.GoAsync($"/u/{token}/receipt?ref={ReferenceOn(saved)}");
                await check(tab, language, folder.FullName);
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task SelectAsync(ILocator text, string how) => text.EvaluateAsync(
        "(node, how) => { const range = document.createRange(); range[how](node); getSelection().addRange(range); }", how);

    private static async Task<string> CheckNumberAsync(ILocator section) => (await section.Locator("code").First.InnerTextAsync()).Trim();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static async Task<string> RunAsync(string command, string folder)
    {
        var words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var answer = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return answer;
    }
}
