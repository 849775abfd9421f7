using System.Text.RegularExpressions;
using MimeKit;

namespace OptOut.Tests.Demo;

/// <summary>The demo page, which newcomers open first. Each test that presses a button uses a different person.</summary>
public sealed partial class DemoPageTests(DemoSystem demo) : IClassFixture<DemoSystem>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("lotte-offers", "nl", "20% korting op alle tuinkruiden, tot zondag")]
    [InlineData("amelie-offers", "fr", "Deux plants achetés, le troisième offert")]
    [InlineData("jonas-newsletter", "de", "Was jetzt in die Erde gehört")]
    [InlineData("orla-newsletter", "en", "What to sow this week")]
    public async Task The_inbox_has_mails_in_every_language_with_the_headers_that_a_mail_program_reads(
        string key, string language, string subject)
    {
        var card = (await demo.ShowAsync(key))[$"mail-{key}"];

        Assert.Contains(subject, card, StringComparison.Ordinal);
        var link = Link().Match(card).Value;
        Assert.Contains(
            $"List-Unsubscribe: <{link}>, <mailto:u-{new Uri(link).Segments[^1]}@optout.kruidtuin.example>",
            card,
            StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", card, StringComparison.Ordinal);

        // The downloaded mail has the same headers, and its link opens a page in the person's language.
        var file = await demo.GetAsync($"/demo/mails/{key}.eml");
        using var bytes = new MemoryStream(await demo.Client.GetByteArrayAsync(new Uri(demo.Address, $"/demo/mails/{key}.eml"), Cancel));
        var mail = await MimeMessage.LoadAsync(bytes, Cancel);
        Assert.Equal((200, "message/rfc822", subject), (file.Status, file.Headers["Content-Type"], mail.Subject));
        Assert.Contains($"<{link}>", mail.Headers[HeaderId.ListUnsubscribe], StringComparison.Ordinal);
        Assert.Contains(link, (await demo.GetAsync($"/demo/mails/{key}")).Body, StringComparison.Ordinal);
        var page = await demo.GetAsync(new Uri(link).PathAndQuery);
        Assert.Equal(200, page.Status);
        Assert.Contains($"<html lang=\"{language}\"", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_press_posts_as_Gmail_does_and_the_page_shows_all_its_effects()
    {
        var before = await demo.ShowAsync("lotte-newsletter");
        Assert.Equal("De Kruidtuin may send Lotte marketing. Press Unsubscribe in one of the mails.", before["p-verdict"]);
        Assert.Contains("never notified about this person On none of its lists.", before["p-vendors"], StringComparison.Ordinal);
        Assert.Contains("Empty: Lotte has decided nothing yet.", before["p-ledger"], StringComparison.Ordinal);
        Assert.Contains("No entries: nothing has been decided yet.", before["p-state"], StringComparison.Ordinal);

        var pressed = await demo.PressAsync("/demo/mails/lotte-newsletter/unsubscribe");

        Assert.Equal((303, "/?mail=lotte-newsletter#mail-lotte-newsletter"), (pressed.Status, pressed.Headers["Location"]));
        var after = await demo.UntilAsync(
            "lotte-newsletter",
            page => page["p-verdict"].Contains("time to stop", StringComparison.Ordinal)
                && !page["p-received"].Contains("None yet", StringComparison.Ordinal));
        Assert.Equal(
            "De Kruidtuin may send Lotte no more marketing: not by e-mail, not by SMS, not by phone, not by post. "
                + "N ms time to stop: from the decision to the last vendor's confirmation",
            Generic(after["p-verdict"]));
        Assert.Matches(
            """Sent, answered 200 in N ms at N\. See what happened The exact request and answer """
                + """POST /u/\S+ HTTP/1\.1 Host: \S+ Content-Type: multipart/form-data; boundary="(\S+)" Content-Length: 140 """
                + """--\1 Content-Disposition: form-data; name="List-Unsubscribe" One-Click --\1-- HTTP/1\.1 200 OK""",
            Generic(after["mail-lotte-newsletter"]));
        Assert.Contains("E-mail no no no no SMS no no no no Phone no no no no Post no no no no", after["p-may"], StringComparison.Ordinal);
        Assert.StartsWith("The ledger chain verified # Number What When By Hash 1 1 Stop *,* ", after["p-ledger"], StringComparison.Ordinal);
        Assert.Contains("the mail client's button, in a mail about Newsletter", after["p-ledger"], StringComparison.Ordinal);
        Assert.Contains("*,* everything 1, ", after["p-state"], StringComparison.Ordinal);
        Assert.Matches(
            "SendGrid E-mail confirmed in N ms Global unsubscribes, since .* Group 101, Newsletter", Generic(after["p-vendors"]));
        Assert.Contains("De Kruidtuin: U bent uitgeschreven", after["p-received"], StringComparison.Ordinal);
        Assert.Equal(before["who-amelie"], after["who-amelie"]); // Nobody else is affected.
    }

    [Fact]
    public async Task The_reconciliation_finds_a_lost_event_and_its_report_opens()
    {
        Assert.Equal(
            (404, "No reconciliation has run yet. Press its button on the demo page, or wait until 02:00 UTC.\n"),
            Text(await demo.GetAsync("/demo/reports/latest")));
        Assert.Equal(
            "/?mail=amelie-offers#p-drift",
            (await demo.PressAsync("/demo/mails/amelie-offers/vendor-link?event=lost")).Headers["Location"]);
        var lost = await demo.ShowAsync("amelie-offers");
        Assert.Contains(
            "but its event got lost, so we have not recorded it yet. The nightly reconciliation will find it.",
            lost["p-drift"],
            StringComparison.Ordinal);
        Assert.StartsWith("De Kruidtuin may send Amélie marketing.", lost["p-verdict"], StringComparison.Ordinal);

        // Earlier tests may have pushes to the vendors in progress, which the report would list.
        await demo.QuietAsync();
        Assert.Equal((303, "/demo/reconciliation"), Next(await demo.PressAsync("/demo/reconciliation")));

        Assert.Equal((303, "/demo/reports/latest"), Next(await demo.GetAsync("/demo/reconciliation")));
        var report = await demo.GetAsync("/demo/reports/latest");
        Assert.Equal((200, "text/html; charset=utf-8"), (report.Status, report.Headers["Content-Type"]));

        // One difference at SendGrid, and one more for each other vendor that is compared before the fan-out has reached it.
        Assert.Matches(
            @"Every opt-out of the last day is honoured\. \d+ differences? (was|were) found and repaired\.", DemoSystem.Words(report.Body));
        var found = await demo.UntilAsync("amelie-offers", page => !page["p-ledger"].Contains("Empty", StringComparison.Ordinal));
        Assert.Contains("the nightly reconciliation", found["p-ledger"], StringComparison.Ordinal);
        Assert.Contains("*,* everything 1, ", found["p-state"], StringComparison.Ordinal);
        Assert.StartsWith("De Kruidtuin may send Amélie no more marketing", found["p-verdict"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendors_event_is_recorded_without_waiting_for_the_nightly_reconciliation()
    {
        await demo.PressAsync("/demo/mails/jonas-newsletter/vendor-link");

        var recorded = await demo.UntilAsync(
            "jonas-newsletter", page => page["p-ledger"].Contains("a vendor's event", StringComparison.Ordinal));

        Assert.Contains("notified us with its signed event, which we answered with 200.", recorded["p-drift"], StringComparison.Ordinal);
        Assert.Contains(
            "Jonas did this at the vendor and not with us, so no confirmation is sent.", recorded["p-timeline"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/demo/mails/nobody")]
    [InlineData("GET", "/demo/mails/nobody.eml")]
    [InlineData("GET", "/demo/received/nothing")]
    [InlineData("POST", "/demo/mails/nobody/unsubscribe")]
    [InlineData("POST", "/demo/mails/nobody/vendor-link")]
    [InlineData("POST", "/demo/mails/nobody/vendor-removal")]
    public async Task An_unknown_mail_is_answered_with_404(string method, string path)
    {
        var answer = method == "GET" ? await demo.GetAsync(path) : await demo.PressAsync(path);

        Assert.Equal((404, "There is no such mail in this demo. Open / to see the mails.\n"), Text(answer));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData(null)]
    public async Task A_request_that_does_not_come_from_the_demo_page_is_refused(string? site)
    {
        var refused = await demo.PostAsync("/demo/mails/orla-offers/unsubscribe", site);

        Assert.Equal((403, "Only the demo page itself may do this: open it and press its button.\n"), Text(refused));
        var orla = await demo.ShowAsync("orla-offers");
        Assert.Contains("Empty: Orla has decided nothing yet.", orla["p-ledger"], StringComparison.Ordinal);
        Assert.DoesNotContain("Sent, answered", orla["mail-orla-offers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_under_another_host_name_is_refused()
    {
        var answer = await demo.AnswerAsync(new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "rebound.example" } });

        Assert.Equal((403, "The demo is served to this machine only: open it as http://127.0.0.1.\n"), Text(answer));
    }

    [Fact]
    public async Task Starting_over_creates_new_people_and_undoes_no_Stop()
    {
        await demo.PressAsync("/demo/mails/orla-newsletter/unsubscribe");
        var stopped = await demo.UntilAsync("orla-newsletter", page => page["who-orla"].Contains("stopped", StringComparison.Ordinal));
        var link = new Uri(Link().Match(stopped["mail-orla-newsletter"]).Value);

        Assert.Equal((303, "/"), Next(await demo.PressAsync("/demo/people")));

        var fresh = await demo.ShowAsync("orla-newsletter");
        Assert.Contains("gets marketing", fresh["who-orla"], StringComparison.Ordinal);
        Assert.Contains("orla.obrien.2@example.com", fresh["mail-orla-newsletter"], StringComparison.Ordinal);

        // The first Orla's link still works: pressing it again is answered with 200 and adds nothing.
        Assert.Equal(
            200,
            (await demo.AnswerAsync(new HttpRequestMessage(HttpMethod.Post, link.PathAndQuery)
            {
                Content = OptOutHost.Form("List-Unsubscribe=One-Click"),
            })).Status);
        Assert.Contains(
            "Empty: Orla has decided nothing yet.", (await demo.ShowAsync("orla-newsletter"))["p-ledger"], StringComparison.Ordinal);
    }

    private static (int Status, string Body) Text(Answer answer) => (answer.Status, answer.Body);

    private static (int Status, string Location) Next(Answer answer) => (answer.Status, answer.Headers["Location"]);

    private static string Generic(string words) => Figure().Replace(words, "N");

    [GeneratedRegex(@"https?://[^/\s]+/u/[A-Za-z0-9_-]+(?=>)", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\d+(?= ms)|\d\d:\d\d:\d\d\.\d{3}", RegexOptions.None, 1000)]
    private static partial Regex Figure();
}
