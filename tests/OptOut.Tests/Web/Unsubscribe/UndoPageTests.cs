using System.Text.RegularExpressions;
using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary><c>POST /u/{token}/undo</c>, and the result page that offers it.</summary>
public sealed class UndoPageTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Theory]
    [InlineData(
        "nl",
        "U bent uitgeschreven", "Geregistreerd op MOMENT.", "U krijgt niet langer:", "alle communicaties, via alle kanalen",
        "Dit geldt meteen, voor alle partijen die voor ons verzenden. Wat al onderweg was, zoals een brief, kan u nog bereiken. "
            + "U krijgt nog wel wat bij uw contract hoort, zoals facturen en berichten over uw bestelling.",
        "Uw referentienummer", "NUMBER", "Bewaar dit nummer. Daarmee vinden wij uw keuze altijd terug.",
        "Uw bewijs",
        "Zo kunt u later aantonen wat u hebt gekozen en wanneer.",
        "Bewijs bekijken en afdrukken",
        "Downloaden als webpagina (HTML)",
        "Downloaden als gegevens (JSON)",
        "Vergist?", "U kunt deze keuze ongedaan maken. Dan staat alles weer zoals ervoor.", "Ongedaan maken", "Mijn voorkeuren bekijken",
        "Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.", "Privacyverklaring")]
    [InlineData(
        "en",
        "You are unsubscribed", "Recorded on MOMENT.", "You no longer get:", "all communications, over every channel",
        "It holds at once, for everyone who sends on our behalf. Something already on its way, such as a letter, may still reach "
            + "you. You will still get what belongs to your contract, such as invoices and messages about your order.",
        "Your reference number", "NUMBER", "Keep this number. With it we can always find your choice again.",
        "Your proof",
        "With it you can show later what you chose, and when.",
        "See and print the proof",
        "Download as a web page (HTML)",
        "Download as data (JSON)",
        "A mistake?", "You can undo this choice. Everything is then as it was before.", "Undo", "See my preferences",
        "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.", "Privacy statement")]
    public async Task The_result_page_shows_what_was_recorded_and_offers_the_proof_undo_and_preferences(
        string language, params string[] words)
    {
        var id = $"result-{language}";
        await host.PutSubjectAsync(id, [$"{id}@example.com"]);
        var token = await host.TokenAsync(id, "email", "offers");

        var answer = await host.SendAsync("POST", $"/u/{token}?lang={language}", OptOutHost.Form("choice=stop"));

        Assert.Equal(200, answer.Status);
        var change = Assert.Single(await host.LedgerAsync(host.SubjectOf(id), 1)).Change;
        Assert.Equal(
            ["De Kruidtuin", .. words.Select(w => w.Replace("MOMENT", Moment(change, language), StringComparison.Ordinal).Replace(
                "NUMBER", Reference.From(change), StringComparison.Ordinal))],
            Words(answer.Body));
        Assert.Contains($"action=\"/u/{token}/undo?lang={language}\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/u/{token}/preferences?lang={language}\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains(
            $"href=\"/u/{token}/receipt?ref={Reference.From(change)}&amp;lang=de\" lang=\"de\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "nl",
        "Uw keuze is ongedaan gemaakt", "Geregistreerd op MOMENT.",
        "Alles staat weer zoals voor die keuze. Wat u daarnaast hebt gestopt, blijft gestopt.",
        "U krijgt wel:", "alle communicaties, via alle kanalen",
        "Uw referentienummer", "NUMBER", "Bewaar dit nummer. Daarmee vinden wij uw keuze altijd terug.",
        "Uw bewijs", "Zo kunt u later aantonen wat u hebt gekozen en wanneer.", "Bewijs bekijken en afdrukken",
        "Downloaden als webpagina (HTML)", "Downloaden als gegevens (JSON)",
        "Toch uitschrijven?", "Ik schrijf me uit voor alle communicaties", "Mijn voorkeuren bekijken",
        "Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.", "Privacyverklaring")]
    [InlineData(
        "en",
        "Your choice is undone", "Recorded on MOMENT.",
        "Everything is as it was before that choice. What you stopped besides stays stopped.",
        "You do get:", "all communications, over every channel",
        "Your reference number", "NUMBER", "Keep this number. With it we can always find your choice again.",
        "Your proof", "With it you can show later what you chose, and when.", "See and print the proof",
        "Download as a web page (HTML)", "Download as data (JSON)",
        "Unsubscribe after all?", "I unsubscribe from all communications", "See my preferences",
        "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.", "Privacy statement")]
    public async Task Undoing_an_opt_out_records_an_Allow_by_the_person_and_mail_may_be_sent_again(string language, params string[] words)
    {
        var id = $"undo-{language}";
        var subject = await host.PutSubjectAsync(id, [$"{id}@example.com"], [language == "nl" ? "+32470001101" : "+32470001102"]);
        var token = await host.TokenAsync(id, "email", "offers");
        var press = await host.PressAsync(token);
        Assert.False((await host.CheckAsync("email", $"{id}@example.com")).Allowed);
        await host.QuietAsync();

        var answer = await host.SendAsync("POST", $"/u/{token}/undo?lang={language}", OptOutHost.Form($"ref={ReferenceOn(press)}"));

        Assert.Equal(200, answer.Status);
        var change = (await host.LedgerAsync(subject, 2))[1].Change;
        Assert.Equal((Scope.Everything, Decision.Allow, Source.UnsubscribePage), (change.Scope, change.Decision, change.Source));
        Assert.Equal(
            ["De Kruidtuin", .. words.Select(w => w.Replace("MOMENT", Moment(change, language), StringComparison.Ordinal).Replace(
                "NUMBER", Reference.From(change), StringComparison.Ordinal))],
            Words(answer.Body));
        Assert.True((await host.CheckAsync("email", $"{id}@example.com")).Allowed);
        await host.ConfirmedAsync(subject, change.Id);
        Assert.DoesNotContain($"{id}@example.com", host.OnSendGridsList());
    }

    [Theory]
    [InlineData(
        "en",
        "Nothing was changed",
        "This choice was undone before, or another opt-out of yours says the same and still holds. Your preferences show what holds now.")]
    [InlineData(
        "nl",
        "Er is niets gewijzigd",
        "Deze keuze was al ongedaan gemaakt, of een andere uitschrijving van u zegt hetzelfde en blijft gelden. "
            + "Bij uw voorkeuren ziet u wat nu geldt.")]
    public async Task Undoing_twice_reports_that_there_is_nothing_to_undo(string language, params string[] words)
    {
        var id = $"twice-{language}";
        var token = await host.TokenAsync(id);
        var reference = ReferenceOn(await host.PressAsync(token));
        Assert.Equal(200, (await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={reference}"))).Status);
        await host.LedgerAsync(host.SubjectOf(id), 2);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", $"/u/{token}/undo?lang={language}", OptOutHost.Form($"ref={reference}"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(words, Words(answer.Body)[1..3]);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task Another_Stop_survives_an_undo()
    {
        var subject = await host.PutSubjectAsync("another", ["another@example.com"], ["0470 77 66 55"]);
        var token = await host.TokenAsync("another");
        var press = await host.PressAsync(token);

        // On the public form, after the page with the undo button was shown.
        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=another%40example.com"))).Status);
        await host.LedgerAsync(subject, 2);

        var answer = await UndoAsync(token, press);

        Assert.Equal((200, "Nothing was changed"), (answer.Status, Words(answer.Body)[1]));
        Assert.False((await host.CheckAsync("email", "another@example.com")).Allowed);
        Assert.False((await host.CheckAsync("sms", "+32470776655")).Allowed);
    }

    [Fact]
    public async Task An_opt_out_pressed_twice_can_still_be_undone()
    {
        await host.PutSubjectAsync("double", ["double@example.com"]);
        var token = await host.TokenAsync("double");
        await host.PressAsync(token);

        var answer = await UndoAsync(token, await host.PressAsync(token));

        Assert.Equal((200, "Your choice is undone"), (answer.Status, Words(answer.Body)[1]));
        Assert.True((await host.CheckAsync("email", "double@example.com")).Allowed);
    }

    [Fact]
    public async Task A_saved_preference_can_be_undone_and_an_opt_out_after_an_undo_works_like_any_other()
    {
        await host.PutSubjectAsync("round", ["round@example.com"], language: "en");
        var token = await host.TokenAsync("round");
        var saved = await host.SendAsync(
            "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]));
        var state = (await host.Consent.LoadAsync(host.SubjectOf("round"), TestContext.Current.CancellationToken)).Consent;
        Assert.Equal("offers", state.Stops(Channel.Email).ToString());

        await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={ReferenceOn(saved)}"));
        state = (await host.Consent.LoadAsync(host.SubjectOf("round"), TestContext.Current.CancellationToken)).Consent;
        Assert.All(Channels.All, c => Assert.True(state.Stops(c).IsNothing));

        Assert.Equal("You are unsubscribed", Words((await host.PressAsync(token)).Body)[1]);
        state = (await host.Consent.LoadAsync(host.SubjectOf("round"), TestContext.Current.CancellationToken)).Consent;
        Assert.All(Channels.All, c => Assert.True(state.Stops(c).IsEverything));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ref=")]
    [InlineData("ref=0000-0000-0000")]
    [InlineData("ref=not+a+number")]
    [InlineData("List-Unsubscribe=One-Click")]
    public async Task An_undo_of_an_unknown_submission_changes_nothing(string form)
    {
        var token = await host.TokenAsync("unknown");
        await host.PressAsync(token);
        await host.LedgerAsync(host.SubjectOf("unknown"), 1);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form(form));

        Assert.Equal((404, "We cannot find this proof"), (answer.Status, Words(answer.Body)[1]));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task Nobody_can_undo_the_submission_of_another_person()
    {
        var reference = ReferenceOn(await host.PressAsync(await host.TokenAsync("victim")));
        var token = await host.TokenAsync("stranger");

        Assert.Equal(404, (await host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form($"ref={reference}"))).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"/u/{token}/receipt?ref={reference}")).Status);
        await host.LedgerAsync(host.SubjectOf("victim"), 1);
    }

    // Sends every hidden field of the form, as a browser does.
    private Task<Answer> UndoAsync(string token, Answer result) => host.SendAsync("POST", $"/u/{token}/undo", OptOutHost.Form(string.Join(
        '&',
        Regex.Matches(result.Body, "name=\"(?<name>ref|seen)\" value=\"(?<value>[0-9A-Z.-]+)\"")
            .Select(m => $"{m.Groups["name"].Value}={m.Groups["value"].Value}"))));

    internal static string Moment(Change change, string language)
    {
        var words = OptOut.Company.Language.Find(language)!;
        return TimeZoneInfo.ConvertTime(change.At, TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"))
            .ToString(words["date.format"], words.Culture);
    }
}
