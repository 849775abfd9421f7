using System.Net.Http.Json;
using OptOut.Consent;
using OptOut.Reconciliation.Report;

namespace OptOut.Tests.Api;

/// <summary>
/// A customer number without a contact point, because nobody announced it or it is mistyped: a Stop is kept and stops nothing.
/// </summary>
public sealed class UnannouncedSubjectTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task A_link_for_a_number_that_nobody_announced_says_so_and_what_to_do()
    {
        var unknown = await LinkAsync("TYPO-1");
        await host.PutSubjectAsync("NOBODY-1");
        var empty = await LinkAsync("NOBODY-1");
        await host.PutSubjectAsync("KNOWN-1", ["known-1@example.com"]);
        var known = await LinkAsync("KNOWN-1");

        foreach (var answer in (Answer[])[unknown, empty])
        {
            Assert.False(answer.Json["known"]!.GetValue<bool>());
            Assert.Equal(
                "This customer number has no contact point here. Announce the person with PUT /api/subjects/{id} before the mailing, and "
                    + "check the number. The link works: a Stop is kept for this customer number, and takes effect when a contact point "
                    + "is announced.",
                answer.Json["warning"]!.GetValue<string>());
            Assert.DoesNotContain("TYPO-1", answer.Body, StringComparison.Ordinal);
        }

        Assert.True(known.Json["known"]!.GetValue<bool>());
        Assert.Null(known.Json["warning"]);
    }

    [Fact]
    public async Task Preferences_of_a_number_that_nobody_announced_are_recorded_and_not_said_to_stop_anything()
    {
        var read = await PreferencesAsync("GET", "TYPO-2", null);
        var written = await PreferencesAsync("PUT", "TYPO-2", new { everything = "stop" });

        foreach (var answer in (Answer[])[read, written])
        {
            Assert.Equal(200, answer.Status);
            Assert.False(answer.Json["known"]!.GetValue<bool>());
            Assert.StartsWith(
                "This customer number has no contact point here, so a choice stops nothing yet.",
                answer.Json["warning"]!.GetValue<string>(),
                StringComparison.Ordinal);
        }

        Assert.True(written.Json["recorded"]!["changed"]!.GetValue<bool>());
        await host.PutSubjectAsync("TYPO-2", ["typo-2@example.com"]);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "typo-2@example.com"));
        var known = await PreferencesAsync("GET", "TYPO-2", null);
        Assert.True(known.Json["known"]!.GetValue<bool>());
        Assert.Null(known.Json["warning"]);
    }

    [Fact]
    public async Task Codes_for_letters_name_the_numbers_that_nobody_announced()
    {
        await host.PutSubjectAsync("KNOWN-3", postal: ["Kerkstraat 3, 9000 Gent"]);

        var answer = await PostAsync("/api/codes", new { subjects = new[] { "KNOWN-3", "TYPO-3" } });
        var leaflets = await PostAsync("/api/codes", new { count = 1 });

        Assert.Equal("[2]", answer.Json["unknown"]!.ToJsonString());
        Assert.StartsWith(
            "The customer numbers at the positions in unknown have no contact point here. Announce the people with PUT /api/subjects/{id}",
            answer.Json["warning"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.Null(leaflets.Json["unknown"]);
        Assert.Null(leaflets.Json["warning"]);
    }

    [Fact]
    public async Task An_agent_asks_for_the_address_and_does_not_read_out_that_everything_is_stopped()
    {
        var unknown = await PostAsync("/api/opt-outs?language=en", new { subject = "TYPO-4", agent = "A-1", call = "unknown-1" });
        var both = await PostAsync(
            "/api/opt-outs?language=en",
            new { subject = "TYPO-4", identifier = new { phone = "0470 62 00 04" }, agent = "A-1", call = "unknown-2" });

        Assert.DoesNotContain("unsubscribed", unknown.Json["say"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("do our messages reach you?", unknown.Json["say"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotNull(unknown.Json["notice"]);
        Assert.Contains("it holds at once", both.Json["say"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            "Recorded for the identifiers. This customer number is not registered yet, so it stops nothing else: check it.",
            both.Json["notice"]!.GetValue<string>());
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470 62 00 04"));
        Assert.Equal(Decision.Stop, (await host.LedgerAsync(host.SubjectOf("TYPO-4"), 1))[0].Change.Decision);
    }

    [Theory]
    [InlineData("nl", "Er ontbreekt nog één stap", "U bent uitgeschreven", "Dit geldt meteen")]
    [InlineData("fr", "Il manque encore une étape", "Votre désinscription est enregistrée", "L’effet est immédiat")]
    [InlineData("de", "Ein Schritt fehlt noch", "Sie sind abgemeldet", "Das gilt sofort")]
    [InlineData("en", "One step is missing", "You are unsubscribed", "It holds at once")]
    public async Task The_page_of_such_a_link_keeps_the_Stop_and_asks_where_to_stop(
        string language, string title, string done, string atOnce)
    {
        var id = $"TYPO-page-{language}";
        var token = (await LinkAsync(id)).Json["url"]!.GetValue<string>().Split('/')[^1];

        var page = await host.SendAsync("GET", $"/u/{token}?lang={language}");
        var preferences = await host.SendAsync("GET", $"/u/{token}/preferences?lang={language}");
        var stopped = await host.SendAsync("POST", $"/u/{token}?lang={language}", OptOutHost.Form("choice=stop"));
        var saved = await host.SendAsync(
            "POST",
            $"/u/{token}/preferences?lang={language}",
            OptOutHost.Form("shown=email,newsletter+email,offers&want=email,newsletter"));

        Assert.All(
            [page, preferences, stopped, saved],
            answer => Assert.Contains($"href=\"/unsubscribe?lang={language}\"", answer.Body, StringComparison.Ordinal));
        Assert.Contains(title, System.Net.WebUtility.HtmlDecode(stopped.Body), StringComparison.Ordinal);
        Assert.All([stopped, saved], answer =>
        {
            Assert.Equal(200, answer.Status);
            Assert.DoesNotContain(done, System.Net.WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
            Assert.DoesNotContain(atOnce, System.Net.WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
            Assert.DoesNotContain("panel done", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(id, answer.Body, StringComparison.Ordinal);
        });
        Assert.Equal(Scope.Everything, (await host.LedgerAsync(host.SubjectOf(id)))[0].Change.Scope);
    }

    [Fact]
    public async Task A_one_click_is_answered_as_always_and_the_Stop_applies_to_the_address_announced_later()
    {
        var token = await host.TokenAsync("TYPO-5");

        var answer = await host.OneClickAsync(token);

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        await host.LedgerAsync(host.SubjectOf("TYPO-5"), 1);
        await host.PutSubjectAsync("TYPO-5", ["typo-5@example.com"], language: "en");
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "typo-5@example.com"));
        var page = await host.PressAsync(token);
        Assert.Contains("You are unsubscribed", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("One step is missing", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_with_only_the_code_of_a_letter_to_nobody_known_asks_for_an_address_too()
    {
        await host.PutSubjectAsync("KNOWN-6", ["known-6@example.com"]);
        var codes = (await PostAsync("/api/codes", new { subjects = new[] { "TYPO-6", "KNOWN-6" } })).Json["codes"]!.AsArray();

        var unknown = await FormAsync($"code={codes[0]!["code"]!.GetValue<string>()}");
        var both = await FormAsync($"code={codes[0]!["code"]!.GetValue<string>()}&email=typo-6@example.com");
        var known = await FormAsync($"code={codes[1]!["code"]!.GetValue<string>()}");

        Assert.Contains("One step is missing", unknown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("You are unsubscribed", unknown.Body, StringComparison.Ordinal);
        Assert.All([both, known], answer => Assert.Contains("You are unsubscribed", answer.Body, StringComparison.Ordinal));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "typo-6@example.com"));
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", "known-6@example.com") == (false, "stopped"));
    }

    private Task<Answer> FormAsync(string form) => host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form(form));

    private Task<Answer> LinkAsync(string id) => PostAsync("/api/links", new { subject = id, channel = "email" });

    private async Task<Answer> PostAsync(string path, object body)
    {
        var answer = await host.SendAsync("POST", path, JsonContent.Create(body), OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        return answer;
    }

    private Task<Answer> PreferencesAsync(string method, string id, object? body) => host.SendAsync(
        method, $"/api/subjects/{id}/preferences", body is null ? null : JsonContent.Create(body), OptOutHost.FunctionKey);
}

/// <summary>The nightly report counts the customer numbers for which something is kept and stops nothing.</summary>
public sealed class UnannouncedReportTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_report_counts_links_and_Stops_of_numbers_that_nobody_announced_until_somebody_does()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.PutSubjectAsync("KNOWN", ["known@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("KNOWN"));
        await host.OneClickAsync(await host.TokenAsync("TYPO-1"));
        await host.TokenAsync("TYPO-2");
        await host.SavePreferencesAsync("TYPO-3", JsonContent.Create(new { everything = "stop" }));
        await host.LedgerAsync(host.SubjectOf("TYPO-1"), 1);
        await host.QuietAsync();

        var (first, page) = await ReportAsync(host);
        await host.PutSubjectAsync("TYPO-1", ["typo-1@example.com"]);
        await host.PutSubjectAsync("TYPO-2", ["typo-2@example.com"]);
        await host.PutSubjectAsync("TYPO-3", ["typo-3@example.com"]);
        var (second, without) = await ReportAsync(host);

        Assert.Equal((2, 2), (first.Unannounced!.Links, first.Unannounced.Stops));
        Assert.Contains("Customer numbers without a contact point", page, StringComparison.Ordinal);
        Assert.DoesNotContain("TYPO", page, StringComparison.Ordinal);
        Assert.Equal((0, 0), (second.Unannounced!.Links, second.Unannounced.Stops));
        Assert.DoesNotContain("Customer numbers without a contact point", without, StringComparison.Ordinal);
        Assert.Equal(0, host.Rows(host.Storage.Runs, host.SubjectOf("TYPO-1").ToString()));
        Assert.Contains(
            host.Sandbox.SendGrid.Mails,
            m => m.PlainText.Contains("With something stopped: 2", StringComparison.Ordinal));
    }

    private static async Task<(ReconciliationReport Report, string Page)> ReportAsync(OptOutHost host)
    {
        await host.RunTimerAsync("Reconcile");
        var blobs = await host.BlobsAsync();
        return (
            ReconciliationReport.FromJson(blobs.Single(b => b.Name.EndsWith("latest.json", StringComparison.Ordinal)).Content.ToString()),
            blobs.Single(b => b.Name.EndsWith("latest.html", StringComparison.Ordinal)).Content.ToString());
    }
}
