using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OptOut.Tests.Company;
using OptOut.Tests.Web.Unsubscribe;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Pages;

/// <summary>Every page with a controller's own brand, in every language: small, complete, and loading nothing.</summary>
public sealed class BrandedPageTests(AzuriteFixture azurite)
{
    private const int MaxCss = 10 * 1024, MaxPage = 30 * 1024;

    // The page with 200 boxes is larger than the others, but a phone on a slow connection still loads this many bytes within a few seconds.
    private const int MaxPageOfFiftyTopics = 60 * 1024;

    [Fact]
    public async Task Every_page_in_every_language_is_small_and_shows_the_brand()
    {
        var logo = BrandOptionsTests.SvgLogo(
            BrandOptionsTests.Svg.Replace("/></svg>", $"/><!--{new string('x', 5800)}--></svg>", StringComparison.Ordinal));
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OptOut:Brand:Logo"] = logo,
            ["OptOut:Brand:Accent"] = "#1f6f43",
            ["OptOut:Brand:AccentOnDark"] = "#7fd6a4",
            ["OptOut:Controller:Authority:Name"] = "GBA/APD",
            ["OptOut:Controller:Authority:Url"] = "https://www.gegevensbeschermingsautoriteit.be",
        });

        Assert.InRange(logo.Length, 7500, 8192);
        foreach (var language in (string[])["nl", "fr", "de", "en"])
        {
            foreach (var (name, answer) in await AllAsync(host, language))
            {
                Assert.True(
                    Encoding.UTF8.GetByteCount(answer.Body) < MaxPage,
                    $"{name} in {language}: {Encoding.UTF8.GetByteCount(answer.Body)} bytes");
                var css = Regex.Match(answer.Body, "<style>(?<css>.*?)</style>", RegexOptions.Singleline).Groups["css"].Value;
                Assert.InRange(Encoding.UTF8.GetByteCount(css), 1, MaxCss);
                Assert.Contains("--accent:#1f6f43", css, StringComparison.Ordinal);
                Assert.Contains("--accent:#7fd6a4", css, StringComparison.Ordinal);
                Assert.Contains($"<img src=\"{logo}\" alt=\"De Kruidtuin\"", WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
                Assert.Contains(
                    "<a href=\"https://www.gegevensbeschermingsautoriteit.be/\">GBA/APD</a>", answer.Body, StringComparison.Ordinal);
                AssertHardened(answer, css);
            }
        }
    }

    [Fact]
    public async Task Without_a_logo_the_content_security_policy_allows_no_pictures()
    {
        await using var host = await OptOutHost.StartAsync(azurite);

        var answer = await host.SendAsync("GET", $"/u/{await host.TokenAsync("plain")}");

        Assert.DoesNotContain("img-src", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("<img", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preferences_with_fifty_topics_can_be_saved_and_stay_within_their_own_size_limit()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < 50; i++)
        {
            settings[$"OptOut:Catalogue:Topics:{i}:Id"] = (i + 1).ToString(CultureInfo.InvariantCulture);
            var name = i switch { 0 => "newsletter", 1 => "offers", _ => $"a-topic-with-quite-a-long-name{i:D2}" };
            settings[$"OptOut:Catalogue:Topics:{i}:Name"] = name;
            settings[$"OptOut:SendGrid:Groups:{name}"] = (101 + i).ToString(CultureInfo.InvariantCulture);
            settings[$"OptOut:Catalogue:Topics:{i}:Titles:en"] = $"A topic with quite a long title, number {i}";
        }

        await using var host = await OptOutHost.StartAsync(azurite, settings: settings);
        var token = await host.TokenAsync("fifty");
        var page = await host.SendAsync("GET", $"/u/{token}/preferences");
        Assert.InRange(Encoding.UTF8.GetByteCount(page.Body), MaxPage, MaxPageOfFiftyTopics);
        var shown = Regex.Match(page.Body, "name=\"shown\" value=\"(?<cells>[^\"]+)\"").Groups["cells"].Value.Split(' ');
        Assert.Equal(200, shown.Length);

        // Every second box: the most changes that one submission can have.
        var saved = await host.SendAsync(
            "POST", $"/u/{token}/preferences", PreferencesPageTests.Form(string.Join(' ', shown), shown.Where((_, i) => i % 2 == 0)));

        Assert.Equal((200, "Your preferences are saved"), (saved.Status, Words(saved.Body)[1]));
        Assert.InRange(Encoding.UTF8.GetByteCount(saved.Body), 1, MaxPage);
        var after = (await host.SendAsync("GET", $"/u/{token}/preferences")).Body;
        Assert.Equal(
            shown.Where((_, i) => i % 2 == 0),
            Regex.Matches(after, "value=\"(?<cell>[^\"]+)\" checked").Select(m => m.Groups["cell"].Value));
        await host.LedgerAsync(host.SubjectOf("fifty"), 100);
    }

    private static async Task<List<(string Name, Answer Answer)>> AllAsync(OptOutHost host, string language)
    {
        var id = $"all-{language}";
        await host.PutSubjectAsync(id, [$"{id}@example.com"], ["0470 12 34 56"], ["Kruidtuinlaan 1, 1000 Brussel"]);
        var token = await host.TokenAsync(id, "email", "newsletter");
        var path = $"/u/{token}";
        var form = PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter"]);
        var pages = new List<(string Name, Answer Answer)>
        {
            ("ask", await host.SendAsync("GET", $"{path}?lang={language}")),
            ("preferences", await host.SendAsync("GET", $"{path}/preferences?lang={language}")),
            ("refused", await host.SendAsync("POST", $"{path}/preferences?lang={language}", OptOutHost.Form("shown=x"))),
            ("saved", await host.SendAsync("POST", $"{path}/preferences?lang={language}", form)),
            ("stopped", await host.SendAsync("POST", $"{path}?lang={language}", OptOutHost.Form("choice=stop"))),
        };
        var reference = ReferenceOn(pages[^1].Answer);
        pages.AddRange(
        [
            ("receipt", await host.SendAsync("GET", $"{path}/receipt?ref={reference}&lang={language}")),
            ("receipt file", await host.SendAsync("GET", $"{path}/receipt?ref={reference}&format=html&lang={language}")),
            ("missing", await host.SendAsync("GET", $"{path}/receipt?lang={language}")),
            ("undone", await host.SendAsync("POST", $"{path}/undo?lang={language}", OptOutHost.Form($"ref={reference}"))),
            ("nothing to undo", await host.SendAsync("POST", $"{path}/undo?lang={language}", OptOutHost.Form($"ref={reference}"))),
            ("broken", await host.SendAsync("GET", $"/u/x?lang={language}")),
        ]);
        Assert.All(pages, p => Assert.Contains($"<html lang=\"{language}\">", p.Answer.Body, StringComparison.Ordinal));
        return pages;
    }

    private static void AssertHardened(Answer answer, string css)
    {
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(css)));
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            answer.Headers["Content-Security-Policy"]);
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
        Assert.DoesNotContain(" style=", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(?:src|href)=\"(?!data:|/u/|/unsubscribe|mailto:|#|https://www\\.)", answer.Body);
        Assert.DoesNotMatch("url\\(|@import", css);
    }
}
