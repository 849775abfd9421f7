using System.Net;
using System.Net.Http.Json;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Tests.Delivery;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>
/// Two customer numbers have the same e-mail address, and one of them stopped: nothing is sent there, whatever the other one allows. What
/// the other one is shown says so.
/// </summary>
public sealed class SharedAddressTests(QuickConfirmationHost quick) : IClassFixture<QuickConfirmationHost>
{
    private readonly OptOutHost _host = quick.Host;

    private const string AllBoxes =
        "shown=email,newsletter+email,offers+sms,newsletter+sms,offers+phone,newsletter+phone,offers+post,newsletter+post,offers";

    private const string AllTicked = "&want=email,newsletter&want=email,offers&want=sms,newsletter&want=sms,offers"
        + "&want=phone,newsletter&want=phone,offers&want=post,newsletter&want=post,offers";

    private const string Unchanged = "What you save here does not change that.";

    [Theory]
    [InlineData("nl", "Naar b...@example.com wordt niets verstuurd voor:", "Wat u hier bewaart, verandert dat niet.")]
    [InlineData("fr", "Rien n’est envoyé à b...@example.com pour :", "Ce que vous enregistrez ici n’y change rien.")]
    [InlineData("de", "An b...@example.com wird nichts gesendet für:", "Was Sie hier speichern, ändert daran nichts.")]
    [InlineData("en", "Nothing is sent to b...@example.com for: all marketing by e-mail.", Unchanged)]
    public async Task The_preferences_page_says_what_the_other_registration_stopped(string language, string note, string unchanged)
    {
        var (token, _) = await SharedAsync($"page-{language}");

        var page = Text(await _host.SendAsync("GET", $"/u/{token}/preferences?lang={language}"));

        Assert.Contains(note, page, StringComparison.Ordinal);
        Assert.Contains(unchanged, page, StringComparison.Ordinal);
        Assert.DoesNotContain($"A-page-{language}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Saving_everything_that_is_on_already_says_that_it_changes_nothing_of_what_is_sent()
    {
        var (token, email) = await SharedAsync("same");

        var answer = Text(await PostAsync(token, "preferences", AllBoxes + AllTicked));

        Assert.Contains("Nothing was changed", answer, StringComparison.Ordinal);
        Assert.Contains(Unchanged, answer, StringComparison.Ordinal);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("email", email));
    }

    [Fact]
    public async Task A_yes_after_an_own_Stop_says_what_was_asked_and_what_stays_stopped_on_the_page_and_in_the_mail()
    {
        var (token, email) = await SharedAsync("yes");
        await PostAsync(token, null, "choice=stop");

        var seen = (await PreferencesPageTests.ShownPage.OpenAsync(_host, token)).Seen;
        var answer = Text(await PostAsync(
            token, "preferences", $"shown=!{AllBoxes["shown=".Length..].Replace("+", "+!", StringComparison.Ordinal)}&seen={seen}{AllTicked}"));

        Assert.Contains("You asked to receive:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("You do get:", answer, StringComparison.Ordinal);
        Assert.Contains("Nothing is sent to b...@example.com for: all marketing by e-mail.", answer, StringComparison.Ordinal);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("email", email));
        await OptOutHost.UntilAsync(() => Task.FromResult(_host.Sandbox.SendGrid.Mails.Any(IsAboutTheYes)));
        var mail = Assert.Single(_host.Sandbox.SendGrid.Mails, IsAboutTheYes);
        Assert.Contains(Unchanged, mail.PlainText, StringComparison.Ordinal);
        Assert.DoesNotContain("You will hear from us again", mail.Subject, StringComparison.Ordinal);

        bool IsAboutTheYes(SendGridSentMail sent) =>
            sent.To == email && sent.PlainText.Contains("want to receive again", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undo_says_what_stays_stopped()
    {
        var (token, _) = await SharedAsync("undo");
        var stopped = await PostAsync(token, null, "choice=stop");
        Assert.DoesNotContain(Unchanged, Text(stopped), StringComparison.Ordinal);
        var change = Assert.Single(await _host.LedgerAsync(_host.SubjectOf("B-undo"), 1)).Change;

        var answer = Text(await PostAsync(
            token, "undo", $"ref={Reference.From(change)}"));

        Assert.Contains("Your choice is undone", answer, StringComparison.Ordinal);
        Assert.Contains(Unchanged, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_the_other_registration_stopped_is_named()
    {
        await _host.PutSubjectAsync("A-part", ["b-part@example.com"]);
        await _host.PutSubjectAsync("B-part", ["b-part@example.com", "own-part@example.com"]);
        await SaveAsync("A-part", new { channels = new { email = new { offers = false }, sms = new { offers = false } } });

        var page = Text(await _host.SendAsync("GET", $"/u/{await _host.TokenAsync("B-part")}/preferences?lang=en"));
        await SaveAsync("B-part", new { channels = new { email = new { offers = false } } });
        var own = Text(await _host.SendAsync("GET", $"/u/{await _host.TokenAsync("B-part")}/preferences?lang=en"));

        Assert.Contains("Nothing is sent to b...@example.com for: Offers by e-mail.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing is sent to o...@example.com", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Unchanged, own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_shares_nothing_or_with_somebody_who_stopped_nothing_sees_no_note()
    {
        await _host.PutSubjectAsync("A-none", ["b-none@example.com"]);
        await _host.PutSubjectAsync("B-none", ["b-none@example.com"]);

        var page = Text(await _host.SendAsync("GET", $"/u/{await _host.TokenAsync("B-none")}/preferences?lang=en"));
        var portal = await _host.SendAsync("GET", "/api/subjects/B-none/preferences", key: OptOutHost.FunctionKey);

        Assert.DoesNotContain(Unchanged, page, StringComparison.Ordinal);
        Assert.Null(portal.Json["effective"]);
        Assert.Null(portal.Json["warning"]);
    }

    [Fact]
    public async Task The_portal_is_told_what_may_really_be_sent()
    {
        var (_, email) = await SharedAsync("portal");

        var read = await _host.SendAsync("GET", "/api/subjects/B-portal/preferences", key: OptOutHost.FunctionKey);
        var written = await SaveAsync("B-portal", new { channels = new { email = new { newsletter = true, offers = true } } });

        foreach (var answer in (Answer[])[read, written])
        {
            Assert.Equal("""{"newsletter":true,"offers":true}""", answer.Json["channels"]!["email"]!.ToJsonString());
            Assert.Equal("""{"newsletter":false,"offers":false}""", answer.Json["effective"]!["email"]!.ToJsonString());
            Assert.Equal("""{"newsletter":true,"offers":true}""", answer.Json["effective"]!["sms"]!.ToJsonString());
            Assert.StartsWith(
                "A contact point of this person is also registered under another customer number",
                answer.Json["warning"]!.GetValue<string>(),
                StringComparison.Ordinal);
            Assert.DoesNotContain(email, answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(_host.SubjectOf("A-portal").ToString(), answer.Body, StringComparison.Ordinal);
        }

        await SaveAsync("A-portal", new { channels = new { email = new { newsletter = true, offers = true } } });
        Assert.Null((await _host.SendAsync("GET", "/api/subjects/B-portal/preferences", key: OptOutHost.FunctionKey)).Json["effective"]);
    }

    // A stopped everything; B has the same address and stopped nothing.
    private async Task<(string Token, string Email)> SharedAsync(string name)
    {
        var email = $"b-{name}@example.com";
        await _host.PutSubjectAsync($"A-{name}", [email]);
        await _host.PutSubjectAsync($"B-{name}", [email], language: "en");
        Assert.Equal(200, (await _host.PressAsync(await _host.TokenAsync($"A-{name}"))).Status);
        await _host.QuietAsync();
        return (await _host.TokenAsync($"B-{name}"), email);
    }

    private Task<Answer> PostAsync(string token, string? step, string form) =>
        _host.SendAsync("POST", $"/u/{token}{(step is null ? "" : $"/{step}")}?lang=en", OptOutHost.Form(form));

    private async Task<Answer> SaveAsync(string id, object body)
    {
        var answer = await _host.SavePreferencesAsync(id, JsonContent.Create(body));
        Assert.Equal(200, answer.Status);
        return answer;
    }

    private static string Text(Answer answer) => WebUtility.HtmlDecode(answer.Body);
}
