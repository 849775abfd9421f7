using System.Text.Json.Nodes;
using Microsoft.Playwright;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Tests.Browser;

/// <summary>What people come to do, from start to finish: with and without JavaScript, with a mouse or with the keyboard alone.</summary>
public sealed class JourneyTests(Chromium chromium, OptOutHost host) : IClassFixture<OptOutHost>
{
    private static readonly Language Dutch = Language.Find("nl")!;
    private static readonly Language French = Language.Find("fr")!;
    private static int _people;

    private Uri Address => host.Client.BaseAddress!;

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unsubscribing_from_everything_takes_two_actions_from_a_mail(bool script)
    {
        var (subject, link) = await PersonAsync();

        await VisitAsync(script, async tab =>
        {
            await tab.GoAsync(link);
            await tab.PressAsync("Ik schrijf me uit voor alle communicaties");

            Assert.Equal(("U bent uitgeschreven", 2), (await tab.HeadingAsync(), tab.Actions));
        });

        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        Assert.Equal(
            (Decision.Stop, Scope.Everything, Source.UnsubscribePage), (entry.Change.Decision, entry.Change.Scope, entry.Change.Source));
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unsubscribing_from_everything_takes_two_actions_from_a_letter(bool script)
    {
        var (subject, _) = await PersonAsync(out var id);
        var code = await CodeAsync(new { subjects = new[] { id } });

        await VisitAsync(script, async tab =>
        {
            await tab.GoAsync(new Uri(code["url"]!.GetValue<string>()).AbsolutePath);
            await tab.PressAsync("Ik schrijf me uit voor alle communicaties");

            Assert.Equal(("U bent uitgeschreven", 2), (await tab.HeadingAsync(), tab.Actions));
        });

        Assert.Equal(Source.PrintedCode, Assert.Single(await host.LedgerAsync(subject, 1)).Change.Source);
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unsubscribing_takes_three_actions_from_an_unaddressed_leaflet(bool script)
    {
        var code = await CodeAsync(new { count = 1, campaign = 12 });
        var email = $"leaflet-{script}@example.com".ToLowerInvariant();

        await VisitAsync(script, async tab =>
        {
            await tab.GoAsync(new Uri(code["url"]!.GetValue<string>()).AbsolutePath + "?lang=nl");
            await tab.TypeAsync(Dutch["public.email"], email);
            await tab.PressAsync(Dutch["public.button"]);

            Assert.Equal(("U bent uitgeschreven", 3), (await tab.HeadingAsync(), tab.Actions));
        });

        await host.LedgerAsync(host.StandInFor(email), 1);
    }

    [BrowserFact]
    public async Task Without_a_camera_a_person_types_the_printed_code_and_then_presses_one_button()
    {
        var (subject, _) = await PersonAsync(out var id);
        var code = await CodeAsync(new { subjects = new[] { id } });

        await VisitAsync(script: false, async tab =>
        {
            await tab.GoAsync("/q?lang=fr");
            await tab.TypeAsync(French["codes.label"], code["code"]!.GetValue<string>().ToLowerInvariant().Replace('-', ' '));
            await tab.PressAsync(French["codes.button"]);
            await tab.PressAsync(French["page.stop"]);

            Assert.Equal(French["done.title"], await tab.HeadingAsync());
        });

        await host.LedgerAsync(subject, 1);
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Preferences_can_be_saved_and_undone_and_are_shown_correctly(bool script)
    {
        var (subject, link) = await PersonAsync();

        await VisitAsync(script, async tab =>
        {
            await tab.GoAsync(link);
            await tab.PressAsync(Dutch["page.adjust"]);
            var offersByMail = tab.Page.Locator("input[type=checkbox][value='email,offers']");
            Assert.True(await offersByMail.IsCheckedAsync());
            await offersByMail.UncheckAsync();
            await tab.PressAsync(Dutch["preferences.save"]);
            Assert.Equal(Dutch["done.preferences.title"], await tab.HeadingAsync());
            Assert.Equal((false, "stopped-topic"), await host.CheckAsync("email", Email(subject), "offers"));
            Assert.True((await host.CheckAsync("email", Email(subject), "newsletter")).Allowed);

            await tab.PressAsync(Dutch["undo.button"]);
            Assert.Equal(Dutch["done.undo.title"], await tab.HeadingAsync());
            await tab.PressAsync(Dutch["preferences.link"]);
            Assert.True(await offersByMail.IsCheckedAsync());
            await offersByMail.UncheckAsync();
            await tab.PressAsync(Dutch["preferences.save"]);
            await tab.PressAsync(Dutch["preferences.link"]);
            Assert.False(await offersByMail.IsCheckedAsync());
        });

        Assert.Equal(
            [Decision.Stop, Decision.Allow, Decision.Stop], (await host.LedgerAsync(subject, 3)).Select(entry => entry.Change.Decision));
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_receipt_downloads_as_a_page_and_as_data_with_the_hash_from_the_ledger(bool script)
    {
        var (subject, link) = await PersonAsync();

        await VisitAsync(script, async tab =>
        {
            await tab.GoAsync(link);
            await tab.PressAsync(Dutch["page.stop"]);
            var hash = Assert.Single(await host.LedgerAsync(subject, 1)).Hash;

            Assert.Contains(hash, await tab.DownloadAsync(Dutch["receipt.html"]), StringComparison.Ordinal);
            var data = await tab.DownloadAsync(Dutch["receipt.json"]);
            Assert.NotNull(JsonNode.Parse(data));
            Assert.Contains(hash, data, StringComparison.Ordinal);

            await tab.PressAsync(Dutch["receipt.view"]);
            Assert.Contains(hash, await tab.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        });
    }

    [BrowserFact]
    public async Task A_person_can_unsubscribe_with_the_keyboard_alone()
    {
        var (subject, link) = await PersonAsync();

        await VisitAsync(script: true, async tab =>
        {
            await tab.GoAsync(link);
            await TabToAsync(tab.Page, Dutch["page.stop"]);
            await tab.Page.Keyboard.PressAsync("Space");
            await tab.Page.GetByRole(AriaRole.Heading, new() { Name = Dutch["done.title"] }).WaitForAsync();

            await TabToAsync(tab.Page, Dutch["preferences.link"]);
            await tab.Page.Keyboard.PressAsync("Enter");
            await tab.Page.GetByRole(AriaRole.Heading, new() { Name = Dutch["preferences.title"] }).WaitForAsync();
            await TabToAsync(tab.Page, Dutch["preferences.save"]);
        });

        await host.LedgerAsync(subject, 1);
    }

    [BrowserTheory]
    [InlineData("public.email", "jan@", "email", "public.error.email")]
    [InlineData("public.phone", "12", "phone", "public.error.phone")]
    [InlineData("public.postal", "Gent", "postal", "public.error.postal")]
    [InlineData("public.code", "ABC", "code", "public.error.code.WrongLength")]
    [InlineData("public.code", "!!!", "code", "public.error.code.NotACode")]
    [InlineData("public.email", "", "email", "public.error.none")]
    public async Task An_invalid_field_says_what_to_do_and_the_error_summary_links_to_it(
        string label, string typed, string field, string help)
    {
        await VisitAsync(script: false, async tab =>
        {
            await tab.GoAsync("/unsubscribe?lang=nl");
            await tab.TypeAsync(Dutch[label], typed);
            await tab.PressAsync(Dutch["public.button"]);

            var summary = tab.Page.GetByRole(AriaRole.Alert);
            Assert.Contains(Dutch["public.errors"], await summary.InnerTextAsync(), StringComparison.Ordinal);
            await summary.GetByRole(AriaRole.Link, new() { Name = Dutch[help] }).ClickAsync();
            Assert.Equal(field, await tab.Page.Locator(":focus").GetAttributeAsync("id"));

            // A screen reader announces that the field is invalid and why. The field keeps what was typed.
            var focused = tab.Page.Locator($"#{field}");
            Assert.Equal("true", await focused.GetAttributeAsync("aria-invalid"));
            Assert.Contains(Dutch[help], await tab.Page.Locator($"#{field}-error").InnerTextAsync(), StringComparison.Ordinal);
            Assert.Contains($"{field}-error", await focused.GetAttributeAsync("aria-describedby"), StringComparison.Ordinal);
            Assert.Equal(typed, await focused.InputValueAsync());
        });
    }

    [BrowserFact]
    public async Task Saving_unchanged_preferences_shows_no_success_and_changes_nothing()
    {
        var (subject, link) = await PersonAsync();

        await VisitAsync(script: false, async tab =>
        {
            await tab.GoAsync(link);
            await tab.PressAsync(Dutch["page.adjust"]);
            await tab.PressAsync(Dutch["preferences.save"]);

            Assert.Equal(Dutch["undo.nothing.title"], await tab.HeadingAsync());
        });

        Assert.Empty(await host.LedgerAsync(subject));
    }

    private Task VisitAsync(bool script, Func<Tab, Task> visit) => Tab.OpenAsync(chromium, Address, visit, script);

    private Task<(SubjectKey Subject, string Link)> PersonAsync() => PersonAsync(out _);

    private Task<(SubjectKey Subject, string Link)> PersonAsync(out string id)
    {
        id = $"traveller-{Interlocked.Increment(ref _people)}";
        return MakeAsync(id);

        async Task<(SubjectKey, string)> MakeAsync(string person) =>
            (
                await host.PutSubjectAsync(person, [$"{person}@example.com"], language: "nl"),
                $"/u/{await host.TokenAsync(person, topic: "newsletter")}");
    }

    private string Email(SubjectKey subject) =>
        Enumerable.Range(1, _people).Select(number => $"traveller-{number}").Single(id => host.SubjectOf(id) == subject) + "@example.com";

    private async Task<JsonNode> CodeAsync(object order)
    {
        var answer = await host.SendAsync("POST", "/api/codes", System.Net.Http.Json.JsonContent.Create(order), OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        return Assert.Single(answer.Json["codes"]!.AsArray())!;
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var pressed = 0; pressed < 40; pressed++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string>("() => document.activeElement.innerText.trim()") == name)
                return;
        }

        Assert.Fail($"Pressing Tab 40 times does not reach {name}.");
    }
}
