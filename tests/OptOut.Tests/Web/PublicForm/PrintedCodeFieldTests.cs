using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.PublicForm;

/// <summary>The code of a letter or leaflet, typed on the public page.</summary>
public sealed class PrintedCodeFieldTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_code_of_a_letter_stops_everything_for_the_recipient()
    {
        var subject = await host.PutSubjectAsync("code-1", ["code-1@example.com"]);
        var code = await IssueAsync(new CodePurpose(subject, 0, Channel.Post, 2, 77));

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code.ToString().ToLowerInvariant()}"));

        Assert.Equal((200, "You are unsubscribed"), (answer.Status, Words(answer.Body)[1]));
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.PrintedCode), (change.Scope, change.Decision, change.Source));
        Assert.Equal((Channel.Post, "offers", 77u), (change.Evidence.Channel, $"{change.Evidence.Topic}", change.Evidence.Campaign));
        await host.ConfirmedAsync(subject);
        Assert.Contains("code-1@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task A_code_and_an_address_of_the_same_person_are_one_entry_and_those_of_two_people_stop_both()
    {
        var first = await host.PutSubjectAsync("code-2", ["code-2@example.com"]);
        var second = await host.PutSubjectAsync("code-3", ["code-3@example.com"]);
        var code = await IssueAsync(new CodePurpose(first, 0, Channel.Post, 0, 0));

        Assert.Equal(
            200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}&email=code-2%40example.com"))).Status);
        await host.QuietAsync();
        await host.LedgerAsync(first, 1);
        Assert.Equal(
            200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}&email=code-3%40example.com"))).Status);

        await host.LedgerAsync(second, 1);
        await host.QuietAsync();
        await host.LedgerAsync(second, 1);

        // The code was typed again. Within a minute that is an entry only if the one of the first time was made by the address.
        Assert.InRange((await host.LedgerAsync(first)).Count, 1, 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("email=code-4%40example.com")]
    public async Task A_code_that_was_never_printed_gets_help_and_nothing_is_recorded(string beside)
    {
        var code = new PrintedCode(123_456_789);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}&{beside}"));

        Assert.Equal(200, answer.Status);
        Assert.Contains(
            "We do not know this code, so nothing has been recorded yet. Check it, or clear it and "
                + "give your e-mail address, telephone number or postal address.",
            Words(answer.Body));
        Assert.Contains($"value=\"{code}\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task With_the_code_of_a_leaflet_the_form_asks_for_a_contact_point_and_the_Stop_records_the_leaflet()
    {
        var code = await IssueAsync(new CodePurpose(null, 0, Channel.Post, 1, 88));
        var before = await host.EverythingAsync();

        var alone = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}"));

        Assert.Equal(200, alone.Status);
        Assert.Contains(
            "This code is on a leaflet without a name. We do not know yet who you are, and nothing has been recorded. "
                + "Give your e-mail address, telephone number or postal address too.",
            Words(alone.Body));
        Assert.Equal(before, await host.EverythingAsync());

        Assert.Equal(
            200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}&email=code-5%40example.com"))).Status);
        var change = Assert.Single(await host.LedgerAsync(host.StandInFor("code-5@example.com"), 1)).Change;
        Assert.Equal((Source.PublicPage, 88u, "newsletter"), (change.Source, change.Evidence.Campaign, $"{change.Evidence.Topic}"));
    }

    [Theory]
    [InlineData("00000-00000", "value=\"00000-00000\"")]
    [InlineData("jan@example.com", "")]
    [InlineData("%22%3E%3Cscript%3E", "")]
    public async Task Only_a_valid_code_in_the_URL_is_filled_in(string code, string shown)
    {
        var page = await host.SendAsync("GET", $"/unsubscribe?code={code}");

        Assert.Equal(200, page.Status);
        Assert.Contains(
            $"id=\"code\" name=\"code\" type=\"text\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" {shown}"
                .TrimEnd(),
            page.Body,
            StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Body, StringComparison.Ordinal);
    }

    private async Task<PrintedCode> IssueAsync(CodePurpose purpose) =>
        Assert.Single(await host.Service<CodeBook>().IssueAsync([purpose], Cancel));
}
