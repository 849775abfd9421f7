using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>The steps behind a link: their addresses, what those keep, and that reading changes nothing.</summary>
public sealed class LinkStepTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task Reading_any_step_changes_nothing()
    {
        var token = await host.TokenAsync("look");
        var reference = ReferenceOn(await host.PressAsync(token));
        await host.LedgerAsync(host.SubjectOf("look"), 1);
        var before = await host.EverythingAsync();

        foreach (var step in (string[])
        [
            "", "/preferences", "/undo", $"/receipt?ref={reference}", $"/undo?ref={reference}",
            "/preferences?shown=email%2Cnewsletter",
        ])
        {
            Assert.Equal(200, (await host.SendAsync("GET", $"/u/{token}{step}")).Status);
            Assert.Equal((200, ""), await host.SendAsync("HEAD", $"/u/{token}{step}") is var head ? (head.Status, head.Body) : default);
            Assert.Equal(
                (204, "GET, HEAD, OPTIONS, POST"),
                await host.SendAsync("OPTIONS", $"/u/{token}{step}") is var options ? (options.Status, options.Headers["Allow"]) : default);
            Assert.Equal(
                200,
                (await host.SendAsync(
                    "GET", $"/u/{token}{step}", OptOutHost.Form($"choice=stop&ref={reference}&shown=email%2Cnewsletter"))).Status);
        }

        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_forged_link_and_an_unknown_step_get_the_same_bytes_for_every_request()
    {
        var token = await host.TokenAsync("forged-step");
        var forged = token[..^1] + (token[^1] == 'A' ? 'B' : 'A');
        var before = await host.EverythingAsync();

        var answers = new List<Answer>();
        foreach (var path in (string[])
        [
            $"/u/{forged}", $"/u/{forged}/preferences", $"/u/{forged}/undo", $"/u/{forged}/receipt?ref=0000-0000-0000",
            $"/u/{forged}/other", $"/u/{token}/other", $"/u/{token}/Preferences?via=code",
        ])
        {
            answers.Add(await host.SendAsync("GET", path));
            answers.Add(await host.SendAsync("POST", path, OptOutHost.Form("choice=stop&ref=0000-0000-0000&shown=email%2Cnewsletter")));
        }

        Assert.All(answers, a => Assert.Equal(404, a.Status));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_GET_of_the_undo_step_is_the_page_with_both_choices() =>
        Assert.Equal("Unsubscribe", Words((await host.SendAsync("GET", $"/u/{await host.TokenAsync("look-undo")}/undo")).Body)[1]);

    [Fact]
    public async Task A_visitor_with_a_printed_code_stops_with_that_source_and_every_link_on_the_pages_keeps_it()
    {
        var token = await host.TokenAsync("code", "post", "offers", 5);
        var subject = host.SubjectOf("code");

        var ask = await host.SendAsync("GET", $"/u/{token}?via=code&lang=nl");
        Assert.Contains($"action=\"/u/{token}?lang=nl&amp;via=code\"", ask.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/u/{token}/preferences?lang=nl&amp;via=code\"", ask.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/u/{token}?via=code&amp;lang=fr\"", ask.Body, StringComparison.Ordinal);

        var press = await host.SendAsync("POST", $"/u/{token}?via=code", OptOutHost.Form("choice=stop"));
        var stop = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Source.PrintedCode, Scope.Everything, new ChangeEvidence(Channel.Post, Topic.Parse("offers"), 5)),
            (stop.Source, stop.Scope, stop.Evidence));
        Assert.Contains($"action=\"/u/{token}/undo?via=code\"", press.Body, StringComparison.Ordinal);

        // Anything that may loosen is the person's own action on the page, however they came.
        await host.SendAsync("POST", $"/u/{token}/undo?via=code", OptOutHost.Form($"ref={ReferenceOn(press)}"));
        await host.SendAsync(
            "POST",
            $"/u/{token}/preferences?via=code",
            PreferencesPageTests.Form(PreferencesPageTests.AllCells, PreferencesPageTests.AllCells.Split(' ')[1..]));
        Assert.Equal(
            [Source.PrintedCode, Source.UnsubscribePage, Source.PreferencePage],
            (await host.LedgerAsync(subject, 3)).Select(e => e.Change.Source));
    }

    [Theory]
    [InlineData("via=letter")]
    [InlineData("via=%22%3E%3Cscript%3E")]
    [InlineData("email=jan%40example.com")]
    public async Task Nothing_else_in_a_URL_is_repeated(string query)
    {
        var token = await host.TokenAsync("repeat");

        var answer = await host.SendAsync("GET", $"/u/{token}?{query}");

        Assert.Contains($"action=\"/u/{token}\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/u/{token}?lang=fr\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("jan", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_page_links_to_itself_in_every_language_by_that_languages_own_name()
    {
        var token = await host.TokenAsync("languages");

        var body = (await host.SendAsync("GET", $"/u/{token}/preferences?lang=fr")).Body;

        foreach (var (code, name) in new[] { ("nl", "Nederlands"), ("fr", "Fran&#xE7;ais"), ("de", "Deutsch"), ("en", "English") })
        {
            Assert.Contains(
                $"<a href=\"/u/{token}/preferences?lang={code}\" lang=\"{code}\" "
                    + $"hreflang=\"{code}\"{(code == "fr" ? " aria-current=\"true\"" : "")}>{name}</a>",
                body,
                StringComparison.Ordinal);
        }
    }
}
