using System.Net;
using System.Text.RegularExpressions;
using OptOut.Consent;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>The pages for a person with a link, in the exact words.</summary>
public sealed class LinkPageTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Theory]
    [InlineData(
        "nl",
        "Uitschrijven",
        "Kies wat u nog wilt ontvangen van De Kruidtuin.",
        "Deze link stond in een bericht via e-mail, over: Nieuwsbrief.",
        "Ik schrijf me uit voor alle communicaties",
        "U krijgt meteen geen reclame meer, niet per e-mail, sms, telefoon of post, en nog wel wat bij uw contract hoort, zoals "
            + "facturen en berichten over uw bestelling.",
        "Ik pas mijn communicatievoorkeuren aan",
        "U kiest zelf welke berichten u nog krijgt en langs welke weg, zodra u uw keuze bewaart, "
            + "en u krijgt nog wel wat bij uw contract hoort, zoals facturen.",
        "Er is nog niets gewijzigd. Dat gebeurt pas als u zich uitschrijft of uw voorkeuren bewaart.",
        "Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.",
        "Privacyverklaring")]
    [InlineData(
        "en",
        "Unsubscribe",
        "Choose what you still want to receive from De Kruidtuin.",
        "This link was in a message by e-mail, about: Newsletter.",
        "I unsubscribe from all communications",
        "From this moment you get no more marketing, by e-mail, text message, telephone or post, and still get what belongs to "
            + "your contract, such as invoices and messages about your order.",
        "I adjust my communication preferences",
        "You choose which messages you still get and by which way, as soon as you save your "
            + "choice, and still get what belongs to your contract, such as invoices.",
        "Nothing has changed yet. It does only when you unsubscribe or save your preferences.",
        "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
        "Privacy statement")]
    public async Task The_page_offers_both_choices_with_their_consequences_and_says_that_nothing_has_changed_yet(
        string language, params string[] words)
    {
        await host.PutSubjectAsync("page-1", ["page-1@example.com"]);
        var token = await host.TokenAsync("page-1", "email", "newsletter");

        var answer = await host.SendAsync("GET", $"/u/{token}?lang={language}");

        Assert.Equal((200, "text/html; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(["De Kruidtuin", .. words], Words(answer.Body));
        Assert.Contains($"<a class=\"button\" href=\"/u/{token}/preferences?lang={language}\">", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("checked", answer.Body.Split("</style>")[1], StringComparison.Ordinal);
        Assert.Equal(["hidden"], Regex.Matches(answer.Body, "<input type=\"(?<type>[a-z]+)\"").Select(m => m.Groups["type"].Value));
    }

    [Fact]
    public async Task A_link_without_a_topic_does_not_mention_one()
    {
        var withoutTopic = Words((await host.SendAsync("GET", $"/u/{await host.TokenAsync("page-7", "sms")}")).Body);

        Assert.Equal("This link was in a message by text message.", withoutTopic[3]);
    }

    [Fact]
    public async Task The_page_loads_nothing_runs_no_script_and_is_never_cached()
    {
        var answer = await host.SendAsync("GET", $"/u/{await host.TokenAsync("page-2")}");

        Assert.StartsWith("default-src 'none'; style-src 'sha256-", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.EndsWith(
            "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            answer.Headers["Content-Security-Policy"],
            StringComparison.Ordinal);
        Assert.Equal(
            ("no-referrer", "noindex, nofollow", "nosniff", "no-store", "max-age=63072000; includeSubDomains"),
            (
                answer.Headers["Referrer-Policy"],
                answer.Headers["X-Robots-Tag"],
                answer.Headers["X-Content-Type-Options"],
                answer.Headers["Cache-Control"],
                answer.Headers["Strict-Transport-Security"]));
        Assert.DoesNotContain("Set-Cookie", answer.Headers.Keys);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" src=", answer.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("", null, "en", "Unsubscribe")]
    [InlineData("", "fr-BE,fr;q=0.9,nl;q=0.8", "fr", "Se d\u00e9sinscrire")]
    [InlineData("", "pt,de;q=0.5,en;q=0.4", "de", "Abmelden")]
    [InlineData("", "nl;q=0,fr;q=0.1", "fr", "Se d\u00e9sinscrire")]
    [InlineData("", "not a header;;;", "en", "Unsubscribe")]
    [InlineData("?lang=nl", "fr", "nl", "Uitschrijven")]
    [InlineData("?lang=xx", "fr", "fr", "Se d\u00e9sinscrire")]
    public async Task The_language_is_the_links_then_the_browsers_then_the_controllers(
        string query, string? accepted, string language, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/u/{await host.TokenAsync("page-3")}{query}");
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);

        var answer = await host.SendAsync(request);

        Assert.Contains($"<html lang=\"{language}\">", answer.Body, StringComparison.Ordinal);
        Assert.Equal(title, Words(answer.Body)[1]);
    }

    [Fact]
    public async Task The_persons_own_language_takes_precedence_over_the_browsers()
    {
        await host.PutSubjectAsync("page-4", language: "nl");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/u/{await host.TokenAsync("page-4")}");
        request.Headers.Add("Accept-Language", "fr");

        Assert.Contains("<html lang=\"nl\">", (await host.SendAsync(request)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pressing_the_button_stops_everything_and_shows_what_was_recorded_when_and_under_which_number()
    {
        var subject = await host.PutSubjectAsync("page-5", ["page-5@example.com"], language: "nl");
        var token = await host.TokenAsync("page-5", "email", "offers", 7);

        var answer = await host.PressAsync(token);

        // The store has the change before the page says so.
        var change = Assert.Single(await host.LedgerAsync(subject)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.UnsubscribePage), (change.Scope, change.Decision, change.Source));
        Assert.Equal(new ChangeEvidence(Channel.Email, Topic.Parse("offers"), 7), change.Evidence);
        Assert.Equal(200, answer.Status);
        var moment = TimeZoneInfo.ConvertTime(change.At, TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"));
        var words = Words(answer.Body);
        Assert.Equal("U bent uitgeschreven", words[1]);
        Assert.Contains($"{moment:HH:mm}", words[2], StringComparison.Ordinal);
        Assert.Equal(Reference.From(change), ReferenceOn(answer));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "page-5@example.com"));
        await host.ConfirmedAsync(subject, change.Id);
    }

    [Fact]
    public async Task The_form_keeps_the_requested_language()
    {
        var token = await host.TokenAsync("page-6");

        Assert.Contains(
            $"action=\"/u/{token}?lang=de\"", (await host.SendAsync("GET", $"/u/{token}?lang=de-AT")).Body, StringComparison.Ordinal);
        Assert.Contains(
            $"action=\"/u/{token}\"", (await host.SendAsync("GET", $"/u/{token}?lang=%22%3E%3Cscript%3E")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_press_after_the_mail_clients_button_has_its_own_reference_number_and_a_second_press_the_same()
    {
        var token = await host.TokenAsync("page-8");
        var subject = host.SubjectOf("page-8");
        Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        await host.LedgerAsync(subject, 1);

        string[] shown = [ReferenceOn(await host.PressAsync(token)), ReferenceOn(await host.PressAsync(token))];

        var change = (await host.LedgerAsync(subject, 2))[1].Change;
        Assert.Equal([Reference.From(change), Reference.From(change)], shown);
    }

    /// <summary>The reference number on a result page.</summary>
    internal static string ReferenceOn(Answer answer) =>
        Regex.Match(answer.Body, "<p class=\"reference\">(?<number>[0-9A-F-]{14})</p>").Groups["number"].Value;

    /// <summary>
    /// The text of a page, one line for each element with text; a link within a sentence does not split it. The language links, which are
    /// the same on every page, are left out.
    /// </summary>
    internal static string[] Words(string html) =>
        [.. Regex.Split(
            Regex.Replace(
                html, "<head>.*?</head>|<nav.*?</nav>|<!DOCTYPE html>|</?(?:a|strong|span|code)\\b[^>]*>", "", RegexOptions.Singleline),
            "<[^>]*>")
            .Select(t => Regex.Replace(WebUtility.HtmlDecode(t), "\\s+", " ").Trim())
            .Where(t => t.Length > 0)];
}
