using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web;

/// <summary>Guesses from very many addresses are limited, and keep nobody from a Stop.</summary>
public sealed class GuessLimitTests(AzuriteFixture azurite)
{
    private const string ClientIp = "X-Azure-ClientIP";

    [Fact]
    public async Task Guesses_from_one_IPv6_site_are_limited_though_each_comes_from_another_network()
    {
        await using var host = await HostAsync(("CodeGuess:Client:Window", "1.00:00:00")); // So that nothing comes back meanwhile.
        var code = await LetterAsync(host, "site");

        var looked = 0;
        for (var guess = 0UL; guess < 3000; guess++)
        {
            if ((await OpenAsync(host, new PrintedCode(guess), $"2001:db8:7:{guess + 1:x}::1")).Status == 404)
                looked++;
        }

        // Ten times the allowance of one client.
        Assert.InRange(looked, 600, 610);
        var before = await host.EverythingAsync();
        foreach (var client in (string[])["2001:db8:7:ffff::1", "2001:db8:7:1::1"])
        {
            var hit = await OpenAsync(host, code, client);
            Assert.Equal(429, hit.Status);
            AssertIsTheFormWithoutACode(hit, code);
            Assert.Equal(429, (await PressAsync(host, code, client)).Status);
        }

        Assert.Equal(before, await host.EverythingAsync());

        // Another site, and IPv4, are not affected; nor is a Stop by address from the same site.
        Assert.Equal(200, (await OpenAsync(host, code, "2001:db8:8:1::1")).Status);
        Assert.Equal(200, (await OpenAsync(host, code, "203.0.113.7")).Status);
        Assert.Equal(200, (await FormAsync(host, "email=site%40example.com", "2001:db8:7:ffff::1")).Status);
        await host.LedgerAsync(host.StandInFor("site@example.com"), 1);
    }

    [Fact]
    public async Task Guesses_of_all_clients_together_are_limited_and_then_the_form_needs_no_code()
    {
        await using var host = await HostAsync(("CodeGuess:Everyone:Count", "20"), ("CodeGuess:Everyone:Window", "01:00:00"));
        var code = await LetterAsync(host, "everyone");

        for (var guess = 0UL; guess < 20; guess++)
        {
            var client = guess % 2 == 0 ? $"203.0.113.{guess}" : $"2001:db8:{guess:x}::1";
            Assert.Equal(404, (await OpenAsync(host, new PrintedCode(guess), client)).Status);
        }

        var (wrong, right) = (await OpenAsync(host, new PrintedCode(99), "198.51.100.1"), await OpenAsync(host, code, "198.51.100.2"));
        Assert.Equal((429, 429, wrong.Body), (wrong.Status, right.Status, right.Body));
        Assert.InRange(int.Parse(right.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 180);
        AssertIsTheFormWithoutACode(right, code);

        // The person fills in the form instead. With the code still in it, nothing is recorded and what was typed is kept.
        var kept = await FormAsync(host, $"email=everyone%40example.com&code={code}", "198.51.100.2");
        Assert.Equal(429, kept.Status);
        Assert.Contains("value=\"everyone@example.com\"", kept.Body, StringComparison.Ordinal);
        AssertIsTheFormWithoutACode(kept, code);
        Assert.Empty(await host.LedgerAsync(host.StandInFor("everyone@example.com")));
        Assert.Equal(200, (await FormAsync(host, "email=everyone%40example.com", "198.51.100.2")).Status);
        await host.LedgerAsync(host.StandInFor("everyone@example.com"), 1);
    }

    [Fact]
    public async Task A_right_code_is_never_a_guess_even_in_a_shared_network()
    {
        await using var host = await HostAsync(("CodeGuess:Client:Count", "1"), ("SiteFactor", "1"), ("CodeGuess:Everyone:Count", "1"));
        var code = await LetterAsync(host, "right");

        for (var visit = 1; visit <= 5; visit++)
            Assert.Equal(200, (await OpenAsync(host, code, $"2001:db8:9:{visit}::1")).Status);
    }

    [Fact]
    public async Task Every_action_is_limited_for_a_site_too_and_an_IPv4_address_written_as_IPv6_is_IPv4()
    {
        await using var host = await HostAsync(
            ("PublicStop:Client:Count", "1"), ("PublicStop:Client:Window", "01:00:00"),
            ("LinkMail:Client:Count", "1"), ("LinkMail:Client:Window", "01:00:00"), ("SiteFactor", "2"));
        var people = 0;

        async Task<int[]> StatusesAsync(string form, params string[] clients)
        {
            var statuses = new List<int>();
            foreach (var client in clients)
                statuses.Add((await FormAsync(host, $"{form}limited-{++people}%40example.com", client)).Status);

            return [.. statuses];
        }

        foreach (var form in (string[])["email=", "ask=link&email="])
        {
            Assert.Equal(
                (int[])[200, 429, 200, 429, 200],
                await StatusesAsync(form, "2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:1::1"));
            Assert.Equal(
                (int[])[200, 200, 200, 429, 429],
                await StatusesAsync(
                    form, "203.0.113.1", "::ffff:203.0.113.2", "::ffff:203.0.113.3", "::ffff:203.0.113.1", "203.0.113.2"));
        }
    }

    private static void AssertIsTheFormWithoutACode(Answer answer, PrintedCode code)
    {
        Assert.Contains(
            "Too many codes that we do not know came in shortly after one another. So we do not look up codes just now, and nothing was "
                + "recorded. Give your e-mail address, telephone number or postal address here: we stop everything there at once.",
            Words(answer.Body));
        Assert.Contains("<form method=\"post\" action=\"/unsubscribe?lang=en#errors\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(code.Compact, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(code.ToString(), answer.Body, StringComparison.Ordinal);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
    }

    private Task<OptOutHost> HostAsync(params (string Name, string Value)[] limits)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Limits:ClientAddressHeader"] = ClientIp };
        foreach (var (name, value) in limits)
            settings[$"OptOut:Limits:{name}"] = value;
        return OptOutHost.StartAsync(azurite, settings: settings);
    }

    private static async Task<PrintedCode> LetterAsync(OptOutHost host, string id) => Assert.Single(
        await host.Service<CodeBook>().IssueAsync(
            [new CodePurpose(host.SubjectOf(id), 0, Channel.Post, 0, 0)], TestContext.Current.CancellationToken));

    private static Task<Answer> OpenAsync(OptOutHost host, PrintedCode code, string client) =>
        SendAsync(host, HttpMethod.Get, $"/q/{code.Compact}", null, client);

    private static Task<Answer> PressAsync(OptOutHost host, PrintedCode code, string client) =>
        SendAsync(host, HttpMethod.Post, $"/q/{code.Compact}", "choice=stop", client);

    private static Task<Answer> FormAsync(OptOutHost host, string form, string client) =>
        SendAsync(host, HttpMethod.Post, "/unsubscribe", form, client);

    private static async Task<Answer> SendAsync(OptOutHost host, HttpMethod method, string path, string? form, string client)
    {
        using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : OptOutHost.Form(form) };
        request.Headers.Add(ClientIp, client);
        return await host.SendAsync(request);
    }
}
