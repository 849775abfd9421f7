using System.Text.RegularExpressions;
using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary><c>/u/{token}/preferences</c>: the page on which people see and choose what they receive.</summary>
public sealed class PreferencesPageTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    internal const string AllCells =
        "email,newsletter email,offers sms,newsletter sms,offers phone,newsletter phone,offers post,newsletter post,offers";

    [Theory]
    [InlineData(
        "nl",
        "Uw voorkeuren",
        "Alles stoppen",
        "U krijgt meteen geen reclame meer: niet per e-mail, niet per sms, niet per telefoon en niet per post.",
        "Ik schrijf me uit voor alle communicaties",
        "Zelf kiezen",
        "Vink aan wat u wilt ontvangen. Wat niet is aangevinkt, krijgt u niet meer zodra u bewaart. U krijgt nog wel wat bij uw "
            + "contract hoort, zoals facturen en berichten over uw bestelling.",
        "E-mail j...@example.com, j...@example.org", "Nieuwsbrief", "Aanbiedingen",
        "Sms +32...56", "Nieuwsbrief", "Aanbiedingen",
        "Telefoon +32...56", "Nieuwsbrief", "Aanbiedingen",
        "Post geen gegevens bekend", "Nieuwsbrief", "Aanbiedingen",
        "Mijn voorkeuren bewaren",
        "Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.",
        "Privacyverklaring")]
    [InlineData(
        "en",
        "Your preferences",
        "Stop everything",
        "From this moment you get no more marketing: not by e-mail, not by text message, not by telephone and not by post.",
        "I unsubscribe from all communications",
        "Choose yourself",
        "Tick what you want to receive. What is not ticked, you no longer get as soon as you save. You will still get what belongs "
            + "to your contract, such as invoices and messages about your order.",
        "E-mail j...@example.com, j...@example.org", "Newsletter", "Offers",
        "Text messages +32...56", "Newsletter", "Offers",
        "Telephone +32...56", "Newsletter", "Offers",
        "Post no details known", "Newsletter", "Offers",
        "Save my preferences",
        "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
        "Privacy statement")]
    public async Task The_page_shows_every_channel_and_topic_with_the_persons_own_addresses_masked(string language, params string[] words)
    {
        await host.PutSubjectAsync("see", ["jan@example.com", "jan.peeters@example.org"], ["0470 12 34 56"]);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("GET", $"/u/{await host.TokenAsync("see")}/preferences?lang={language}");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["De Kruidtuin", .. words], Words(answer.Body));
        Assert.DoesNotContain("jan", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("123456", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task The_boxes_show_the_current_preferences()
    {
        var token = await host.TokenAsync("stands");
        Assert.Equal(AllCells.Split(' '), await TickedAsync(token));

        await SaveAsync(token, AllCells, "email,newsletter", "sms,newsletter", "sms,offers");
        Assert.Equal(["email,newsletter", "sms,newsletter", "sms,offers"], await TickedAsync(token));

        await host.PressAsync(token);
        Assert.Empty(await TickedAsync(token));
    }

    [Fact]
    public async Task Saving_records_one_submission_shows_what_changed_and_affects_what_may_be_sent()
    {
        var subject = await host.PutSubjectAsync("save", ["save@example.com"], ["0470 99 88 77"]);
        var token = await host.TokenAsync("save", "email", "newsletter", 12);

        var answer = await SaveAsync(
            token, AllCells, "email,newsletter", "phone,newsletter", "phone,offers", "post,newsletter", "post,offers");

        Assert.Equal(200, answer.Status);
        var ledger = await host.LedgerAsync(subject, 2);
        Assert.Equal(
            ["email,offers Stop PreferencePage", "sms,* Stop PreferencePage"],
            ledger.Select(e => $"{e.Change.Scope} {e.Change.Decision} {e.Change.Source}").Order());
        Assert.Single(ledger.Select(e => e.Change.SubmissionId).Distinct());
        Assert.All(ledger, e => Assert.Equal(new ChangeEvidence(Channel.Email, Topic.Parse("newsletter"), 12), e.Change.Evidence));
        var words = Words(answer.Body);
        Assert.Equal("Your preferences are saved", words[1]);
        Assert.StartsWith("Recorded on ", words[2], StringComparison.Ordinal);
        Assert.Equal(["You no longer get:", "Offers by e-mail", "all marketing by text message"], words[3..6]);
        Assert.True((await host.CheckAsync("email", "save@example.com", "newsletter")).Allowed);
        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("email", "save@example.com", "offers"));
        Assert.False((await host.CheckAsync("sms", "+32470998877", "newsletter")).Allowed);
        Assert.True((await host.CheckAsync("phone", "+32470998877", "newsletter")).Allowed);
        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "save@example.com");
    }

    [Fact]
    public async Task Choosing_a_topic_after_everything_was_stopped_loosens_only_that_topic()
    {
        var subject = await host.PutSubjectAsync("again", ["again@example.com"], ["0470 55 44 33"]);
        var token = await host.TokenAsync("again");
        await host.PressAsync(token);

        var answer = await SaveAsync(token, AllCells, "email,newsletter");

        Assert.Equal(["You do get:", "Newsletter by e-mail"], Words(answer.Body)[3..5]);
        Assert.Equal("email,newsletter Allow", (await host.LedgerAsync(subject, 2))[1].Change is var c ? $"{c.Scope} {c.Decision}" : "");
        Assert.True((await host.CheckAsync("email", "again@example.com", "newsletter")).Allowed);
        Assert.False((await host.CheckAsync("email", "again@example.com", "offers")).Allowed);
        Assert.False((await host.CheckAsync("sms", "+32470554433", "newsletter")).Allowed);
    }

    [Fact]
    public async Task Saving_with_nothing_ticked_is_the_consolidated_opt_out()
    {
        await host.PutSubjectAsync("none", ["none@example.com"]);
        var token = await host.TokenAsync("none");

        var answer = await SaveAsync(token, AllCells);

        Assert.Equal(["You no longer get:", "all communications, over every channel"], Words(answer.Body)[3..5]);
        Assert.Equal(Scope.Everything, Assert.Single(await host.LedgerAsync(host.SubjectOf("none"), 1)).Change.Scope);
    }

    [Theory]
    [InlineData("en", "Nothing was changed", "Your preferences were like this already. There was nothing to save.", "See my preferences")]
    [InlineData("nl", "Er is niets gewijzigd", "Uw voorkeuren stonden al zo. Er viel niets te bewaren.", "Mijn voorkeuren bekijken")]
    public async Task Saving_the_current_preferences_reports_that_nothing_changed_and_changes_nothing(
        string language, params string[] words)
    {
        var token = await host.TokenAsync("same");
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", $"/u/{token}/preferences?lang={language}", Form(AllCells, AllCells.Split(' ')));

        Assert.Equal(200, answer.Status);
        Assert.Equal(words, Words(answer.Body)[1..4]);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_box_cleared_again_overrides_an_Allow_that_has_not_reached_the_store_yet()
    {
        var subject = await host.PutSubjectAsync("under-way", ["under-way@example.com"]);
        var token = await host.TokenAsync("under-way");
        var page = await PageAsync(token);
        await host.PressAsync(token);
        var stop = Assert.Single(await host.LedgerAsync(subject, 1));
        var now = TimeProvider.System.GetUtcNow();
        var allow = Change.Create(
            EventIds.New(now), subject, Scope.Parse("email,newsletter"), Decision.Allow, now, now, Source.PreferencePage, seen: stop.Number);

        // The page shows every box ticked, because it was opened before the Stop.
        var saved = await SaveAsync(token, page, AllCells, AllCells.Split(' ')[1..]);
        await host.Consent.ApplyAsync(allow, TestContext.Current.CancellationToken);

        Assert.Equal("Nothing was changed", Words(saved.Body)[1]);
        Assert.False((await host.CheckAsync("email", "under-way@example.com", "newsletter")).Allowed);
        var ledger = await host.LedgerAsync(subject, 3);
        Assert.Equal((stop.Change.Id, Source.PreferencePage, allow.Id), (ledger[0].Change.Id, ledger[1].Change.Source, ledger[2].Change.Id));
    }

    [Fact]
    public async Task A_page_that_is_older_than_a_Stop_does_not_undo_it_and_says_so()
    {
        var subject = await host.PutSubjectAsync("stale", ["stale@example.com"]);
        var token = await host.TokenAsync("stale");
        await host.PressAsync(token);
        var page = await PageAsync(token);
        var again = await SaveAsync(token, AllCells, AllCells.Split(' '));
        Assert.Equal("Your preferences are saved", Words(again.Body)[1]);
        await host.OneClickAsync(token);
        await host.LedgerAsync(subject, 3);

        var saved = await SaveAsync(token, page, AllCells, ["email,newsletter", "email,offers"]);

        Assert.Contains("Something was stopped after you opened the page, so this stays stopped:", Words(saved.Body));
        Assert.DoesNotContain("You do get:", Words(saved.Body));
        Assert.Empty(await TickedAsync(token));
        Assert.False((await host.CheckAsync("email", "stale@example.com", "newsletter")).Allowed);
    }

    [Fact]
    public async Task A_topic_that_was_not_shown_is_neither_stopped_nor_allowed()
    {
        var token = await host.TokenAsync("unseen");
        await host.PressAsync(token);
        await SaveAsync(token, AllCells, "email,newsletter", "sms,newsletter");

        // A page that was loaded before offers was added to the catalogue.
        await SaveAsync(token, "email,newsletter sms,newsletter", "email,newsletter", "sms,newsletter");
        Assert.Equal(["email,newsletter", "sms,newsletter"], await TickedAsync(token));

        await SaveAsync(token, AllCells, "email,newsletter", "email,offers");
        await SaveAsync(token, "email,newsletter");
        Assert.Empty(await TickedAsync(token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("shown=")]
    [InlineData("shown=email%2Cnewsletter&want=email%2Coffers")]
    [InlineData("shown=email%2Cnewsletter&shown=email%2Coffers&want=email%2Coffers")]
    [InlineData("shown=email%2Cbrochure")]
    [InlineData("shown=fax%2Cnewsletter")]
    [InlineData("shown=*%2C*")]
    [InlineData("want=email%2Cnewsletter")]
    [InlineData("List-Unsubscribe=One-Click")]
    [InlineData("shown=email%2Cnewsletter&want=%22%3E%3Cscript%3E")]
    public async Task A_form_that_is_not_ours_is_rejected_with_help_and_changes_nothing(string form)
    {
        var token = await host.TokenAsync("tampered");
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", $"/u/{token}/preferences", OptOutHost.Form(form));

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "Your preferences are not saved",
                "This list has changed since you opened it, or it did not reach us whole. Nothing was changed. "
                    + "Check below what holds now, tick what you want to receive and save again.",
                "To my choices",
            ],
            Words(answer.Body)[2..5]);
        Assert.Contains("<div class=\"error-summary\" role=\"alert\" tabindex=\"-1\" autofocus>", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("application/json", "{\"shown\":\"email,newsletter\"}")]
    [InlineData("multipart/form-data", "shown=email,newsletter")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disp")]
    [InlineData("application/x-www-form-urlencoded", null)]
    public async Task A_body_that_is_not_a_form_or_is_too_long_is_rejected(string type, string? body)
    {
        var content = new StringContent(body ?? $"shown=email%2Cnewsletter&x={new string('x', 70_000)}");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var token = await host.TokenAsync("no-form");

        Assert.Equal(400, (await host.SendAsync("POST", $"/u/{token}/preferences", content)).Status);
        Assert.Empty(await host.LedgerAsync(host.SubjectOf("no-form")));
    }

    private async Task<string[]> TickedAsync(string token) => (await PageAsync(token)).Ticked;

    private Task<ShownPage> PageAsync(string token) => ShownPage.OpenAsync(host, token);

    private async Task<Answer> SaveAsync(string token, string shown, params string[] want) =>
        await SaveAsync(token, await PageAsync(token), shown, want);

    private Task<Answer> SaveAsync(string token, ShownPage page, string shown, string[] want) =>
        host.SendAsync("POST", $"/u/{token}/preferences", page.Form(shown, want));

    /// <summary>The form of somebody who has stopped nothing yet, so that all boxes were ticked.</summary>
    internal static HttpContent Form(string shown, IEnumerable<string> want) => new ShownPage("", shown.Split(' ')).Form(shown, want);

    /// <summary>What a page of preferences showed.</summary>
    internal sealed record ShownPage(string Seen, string[] Ticked)
    {
        public static async Task<ShownPage> OpenAsync(OptOutHost host, string token)
        {
            var body = (await host.SendAsync("GET", $"/u/{token}/preferences")).Body;
            return new ShownPage(
                Regex.Match(body, "name=\"seen\" value=\"(?<seen>[0-9A-Z.]+)\"").Groups["seen"].Value,
                [.. Regex.Matches(body, "name=\"want\" value=\"(?<cell>[a-z,-]+)\" checked").Select(m => m.Groups["cell"].Value)]);
        }

        /// <summary>The form with some of the boxes, as it would be posted.</summary>
        public HttpContent Form(string shown, IEnumerable<string> want)
        {
            var cells = string.Join(' ', shown.Split(' ').Select(cell => Ticked.Contains(cell) ? cell : $"!{cell}"));
            return OptOutHost.Form(string.Join(
                '&',
                [$"shown={Uri.EscapeDataString(cells)}", $"seen={Seen}", .. want.Select(w => $"want={Uri.EscapeDataString(w)}")]));
        }
    }
}
