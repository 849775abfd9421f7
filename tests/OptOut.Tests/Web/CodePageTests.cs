using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web;

/// <summary>From a printed code to the page where the person chooses.</summary>
public sealed class CodePageTests(OptOutHost host, AzuriteFixture azurite) : IClassFixture<OptOutHost>
{
    private const string Help = "No code, or does it not work?";

    // A complete code, with a correct check character, that was never printed.
    private static readonly PrintedCode Unprinted = new(0x0123456789AB);

    [Fact]
    public async Task Redirects_keep_the_language()
    {
        var (letter, leaflet) = (await LetterAsync("letter-3"), await LeafletAsync());

        Assert.Equal(
            $"/unsubscribe?via=code&code={leaflet.Compact}&lang=fr",
            (await host.SendAsync("GET", $"/q/{leaflet.Compact}?lang=fr-BE")).Headers["Location"]);
        Assert.EndsWith(
            $"?via=code&code={leaflet.Compact}",
            (await host.SendAsync("GET", $"/q/{leaflet.Compact}?lang=%22%3E&x=jan")).Headers["Location"],
            StringComparison.Ordinal);
        Assert.Equal($"/q/{letter.Compact}?lang=de", (await TypeAsync(letter.ToString(), "?lang=de")).Headers["Location"]);
        Assert.Contains("action=\"/q?lang=de\"", (await host.SendAsync("GET", "/q?lang=de")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leaflets_code_leads_to_the_public_page_and_changes_nothing()
    {
        var code = await LeafletAsync();
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("GET", $"/q/{code.Compact}");

        Assert.Equal((303, $"/unsubscribe?via=code&code={code.Compact}"), (answer.Status, answer.Headers["Location"]));
        Assert.Equal(200, (await host.SendAsync("GET", answer.Headers["Location"])).Status);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task The_form_asks_for_the_code_and_offers_a_way_without_a_code()
    {
        var answer = await host.SendAsync("GET", "/q?code=14D2PF2DBR");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            [
                "De Kruidtuin",
                "Unsubscribe with your code",
                "Type the code from your letter or leaflet. Nothing changes yet: you choose on the next page.",
                "Code",
                "Ten characters, in two groups of five. Capitals, spaces and hyphens make no difference.",
                "Continue",
                Help,
                "Unsubscribe without a code",
                "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
                "Privacy statement",
            ],
            Words(answer.Body));
        Assert.Contains("href=\"/unsubscribe?lang=en\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("action=\"/q\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal((200, ""), await host.SendAsync("HEAD", "/Q") is var head ? (head.Status, head.Body) : default);
    }

    [Fact]
    public async Task Typing_a_code_leads_to_its_short_link_and_changes_nothing()
    {
        var code = await LetterAsync("letter-4");
        var before = await host.EverythingAsync();

        var answer = await TypeAsync($" {code.Compact[..5].ToLowerInvariant()} {code.Compact[5..]}\t");

        Assert.Equal((303, $"/q/{code.Compact}", ""), (answer.Status, answer.Headers["Location"], answer.Body));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task From_a_letter_the_result_page_is_three_actions_away_and_two_with_a_phones_camera()
    {
        var subject = await host.PutSubjectAsync("letter-5", ["letter-5@example.com"]);
        var code = await LetterAsync("letter-5", "newsletter", 8);

        // One: opening the address on the letter. Two: typing the code. Three: pressing the button.
        var form = await host.SendAsync("GET", "/q");
        var typed = await host.SendAsync("POST", Attribute(form.Body, "action"), OptOutHost.Form($"code={code}"));
        var page = await FollowAsync(typed);
        var result = await host.SendAsync("POST", Attribute(page.Body, "action"), OptOutHost.Form("choice=stop"));

        Assert.Equal((200, "You are unsubscribed"), (result.Status, Words(result.Body)[1]));
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.PrintedCode), (change.Scope, change.Decision, change.Source));
        Assert.Equal(new ChangeEvidence(Channel.Post, Topic.Parse("newsletter"), 8), change.Evidence);

        // One: the camera opens the short link. Two: pressing the button.
        Assert.Equal(
            Attribute(page.Body, "action"),
            Attribute((await FollowAsync(await host.SendAsync("GET", $"/Q/{code.Compact}"))).Body, "action"));
    }

    [Fact]
    public async Task From_a_leaflet_the_result_page_is_three_actions_away_and_the_ledger_records_the_leaflet()
    {
        var code = await LeafletAsync();

        // One: the camera opens the short link. Two: typing an address. Three: pressing the button.
        var page = await FollowAsync(await host.SendAsync("GET", $"/Q/{code.Compact}"));
        var result = await host.SendAsync(
            "POST",
            Attribute(page.Body, "action"),
            OptOutHost.Form($"email=leaflet%40example.com&code={Attribute(page.Body, "id=\"code\".*? value")}"));

        Assert.Equal((200, "You are unsubscribed"), (result.Status, Words(result.Body)[1]));
        var change = Assert.Single(await host.LedgerAsync(host.StandInFor("leaflet@example.com"), 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, new ChangeEvidence(Channel.Post, Topic.Parse("newsletter"), 12)),
            (change.Scope, change.Decision, change.Evidence));
    }

    [Theory]
    [InlineData("14D2P-F2DBS", "There is a typing error in this code. Compare it with your letter or leaflet, character by character.")]
    [InlineData("41D2P-F2DBR", "There is a typing error in this code. Compare it with your letter or leaflet, character by character.")]
    [InlineData("14D2P-F2DB", "This code is too short or too long. It has ten characters. Compare it with your letter or leaflet.")]
    [InlineData("14D2P-F2DBR-1", "This code is too short or too long. It has ten characters. Compare it with your letter or leaflet.")]
    [InlineData(
        "14d2p f2dbr", "We do not know this code. Compare it once more with your letter or leaflet, or unsubscribe without a code below.")]
    public async Task A_code_that_does_not_work_gets_help_and_is_kept_in_the_field(string typed, string help)
    {
        var answer = await host.SendAsync("GET", $"/q/{Uri.EscapeDataString(typed)}");

        Assert.Equal(404, answer.Status);
        Assert.Contains(help, Words(answer.Body));
        Assert.Contains(Help, Words(answer.Body));
        Assert.Contains($"value=\"{typed}\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", answer.Body, StringComparison.Ordinal);
        if (!help.StartsWith("We do not know", StringComparison.Ordinal))
        {
            Assert.Contains("aria-invalid=\"true\" aria-describedby=\"code-error code-hint\"", answer.Body, StringComparison.Ordinal);
            var posted = await TypeAsync(typed);
            Assert.Equal(400, posted.Status);
            Assert.Equal(Words(answer.Body), Words(posted.Body));
        }
    }

    [Theory]
    [InlineData("jan@example.com")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("14D2P+F2DBR")]
    public async Task Text_that_is_not_a_code_is_not_shown_again(string typed)
    {
        var (get, post) = (await host.SendAsync("GET", $"/q/{Uri.EscapeDataString(typed)}"), await TypeAsync(typed));

        Assert.Equal((404, 400), (get.Status, post.Status));
        Assert.All([get, post], answer =>
        {
            Assert.Contains("This is not a code. A code has ten letters and digits.", Words(answer.Body));
            Assert.DoesNotContain("jan@", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("alert(1)", answer.Body, StringComparison.Ordinal);
            Assert.Contains("spellcheck=\"false\" value=\"\"", answer.Body, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "code=")]
    [InlineData("application/x-www-form-urlencoded", "code=+++")]
    [InlineData("application/x-www-form-urlencoded", "kode=14D2PF2DBR")]
    [InlineData("application/json", "{\"code\":\"14D2PF2DBR\"}")]
    [InlineData("multipart/form-data", "code=14D2PF2DBR")]
    [InlineData("application/x-www-form-urlencoded", null)]
    public async Task A_form_without_a_code_is_shown_again(string type, string? body)
    {
        var content = new StringContent(body ?? $"code=14D2PF2DBR&x={new string('x', 70_000)}");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/q") { Content = content };
        request.Headers.TransferEncodingChunked = body is null;

        var answer = await host.SendAsync(request);

        Assert.Equal(400, answer.Status);
        Assert.Contains("Type the code first.", Words(answer.Body));
    }

    [Fact]
    public async Task Guessing_is_limited_and_a_typing_error_is_not_a_guess()
    {
        await using var other = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OptOut:Limits:CodeGuess:Client:Count"] = "3",
            ["OptOut:Limits:CodeGuess:Client:Window"] = "01:00:00",
        });
        var printed = Assert.Single(await other.Service<CodeBook>().IssueAsync(
            [new CodePurpose(other.SubjectOf("guessed"), 0, Channel.Post, 0, 0)], TestContext.Current.CancellationToken));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(404, (await other.SendAsync("GET", "/q/14D2PF2DBS")).Status);
            Assert.Equal(200, (await other.SendAsync("GET", $"/q/{printed.Compact}")).Status);
        }

        for (var i = 0UL; i < 3; i++)
            Assert.Equal(404, (await other.SendAsync("GET", $"/q/{new PrintedCode(i).Compact}")).Status);
        var before = await other.EverythingAsync();

        // Now no code is looked up any more, printed or not.
        var (wrong, right) = (
            await other.SendAsync("GET", $"/q/{new PrintedCode(3).Compact}"),
            await other.SendAsync("GET", $"/q/{printed.Compact}?lang=nl"));

        Assert.Equal((429, 429), (wrong.Status, right.Status));
        Assert.InRange(int.Parse(right.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 3600);
        Assert.Contains("href=\"/q?lang=nl\"", right.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(printed.Compact, right.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await other.SendAsync("GET", "/unsubscribe")).Status);
        Assert.Equal(before, await other.EverythingAsync());
    }

    [Fact]
    public async Task While_the_store_is_unavailable_the_page_says_so_and_keeps_the_code()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var other = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        await storage.StopAsync();

        var answer = await other.SendAsync("GET", $"/q/{Unprinted}");

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Contains(
            "We cannot look up your code just now. Nothing has been recorded yet. "
                + "Try again in a minute, or write to privacy@kruidtuin.example.",
            Words(answer.Body));
        Assert.Contains($"value=\"{Unprinted}\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal(303, (await TypeAsync(Unprinted.ToString())).Status);
        Assert.Equal(200, (await other.SendAsync("GET", $"/q/{Unprinted}/qr.svg")).Status);
    }

    [Fact]
    public async Task A_code_of_another_company_is_unknown_here()
    {
        await using var other = await OptOutHost.StartAsync(
            azurite,
            settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OptOut:Data:HashSecret"] = Convert.ToBase64String(new byte[32]),
            });
        var (ours, theirs) = (
            await LetterAsync("same-number"),
            other.Service<CodeBook>().Draw(new CodePurpose(other.SubjectOf("same-number"), 0, Channel.Post, 0, 0), 0));

        Assert.NotEqual(ours, theirs);
        Assert.Equal(404, (await host.SendAsync("GET", $"/q/{theirs.Compact}")).Status);
    }

    private async Task<PrintedCode> LetterAsync(string id, string? topic = null, uint campaign = 0) =>
        await OrderAsync(new { subjects = new[] { id }, topic, campaign });

    private async Task<PrintedCode> LeafletAsync() => await OrderAsync(new { count = 1, topic = "newsletter", campaign = 12 });

    private async Task<PrintedCode> OrderAsync(object order)
    {
        var answer = await host.SendAsync("POST", "/api/codes", JsonContent.Create(order), OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        return PrintedCode.TryParse(answer.Json["codes"]![0]!["code"]!.GetValue<string>(), out var code)
            ? code
            : throw new FormatException(answer.Body);
    }

    private Task<Answer> TypeAsync(string typed, string query = "") =>
        host.SendAsync("POST", $"/q{query}", OptOutHost.Form($"code={Uri.EscapeDataString(typed)}"));

    private async Task<Answer> FollowAsync(Answer answer)
    {
        while (answer.Status == 303)
            answer = await host.SendAsync("GET", answer.Headers["Location"]);
        return answer;
    }

    private static string Attribute(string html, string name) =>
        System.Net.WebUtility.HtmlDecode(Regex.Match(html, $"{name}=\"([^\"]*)\"").Groups[1].Value);
}
