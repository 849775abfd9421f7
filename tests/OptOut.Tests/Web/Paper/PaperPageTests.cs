using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using OptOut.Consent;
using OptOut.Links;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Paper;

/// <summary>The page of a letter's code: it stops, and that is all that paper may do.</summary>
public sealed partial class PaperPageTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Opening_a_letters_code_changes_nothing_and_shows_nothing_of_the_person(string method)
    {
        var id = $"paper-{method}";
        await host.PutSubjectAsync(id, [$"zoe.{method}@example.com"], ["+32470123456"], language: "nl");
        var code = await LetterAsync(id, "offers", 7);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync(method, $"/q/{code.Compact}");

        Assert.Equal(
            (200, "no-store", "no-referrer", "noindex, nofollow"),
            (answer.Status, answer.Headers["Cache-Control"], answer.Headers["Referrer-Policy"], answer.Headers["X-Robots-Tag"]));
        Assert.Equal(before, await host.EverythingAsync());
        if (method == "HEAD")
            return;
        Assert.Equal(
            [
                "De Kruidtuin",
                "Uitschrijven",
                "Kies wat u nog wilt ontvangen van De Kruidtuin.",
                "Alles stoppen",
                "U krijgt meteen geen reclame meer, niet per e-mail, sms, telefoon of post, en nog wel wat bij uw contract hoort, "
                    + "zoals facturen en berichten over uw bestelling.",
                "Ik schrijf me uit voor alle communicaties",
                "Zelf kiezen",
                "Vink aan wat u niet meer wilt ontvangen. Wat u niet aanvinkt, blijft zoals het is.",
                "E-mail", "Sms", "Telefoon", "Post",
                "Stop wat ik heb aangevinkt",
                "Er is nog niets gewijzigd. Dat gebeurt pas als u zich uitschrijft of uw voorkeuren bewaart.",
                "Uw keuzes bekijken of aanpassen",
                "Iedereen die de brief heeft, kan deze pagina openen. Daarom toont ze niets over u en kunt u hier alleen stoppen. "
                    + "Met uw persoonlijke link, die wij naar uw eigen mailbox sturen, ziet en wijzigt u alles.",
                "Mijn persoonlijke link krijgen",
            ],
            Words(answer.Body)[..17]);
        AssertOnlyStops(answer, code);
        Assert.DoesNotContain("@example.com", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("checked", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_the_same_whatever_stands()
    {
        await host.PutSubjectAsync("paper-same", ["paper-same@example.com"]);
        var code = await LetterAsync("paper-same");
        var before = (await host.SendAsync("GET", $"/q/{code.Compact}")).Body;

        await host.PressAsync(await host.TokenAsync("paper-same"));

        Assert.Equal(before, (await host.SendAsync("GET", $"/q/{code.Compact}")).Body);
        Assert.All(
            await Task.WhenAll(new[]
            {
                $"/Q/{code.Compact}", $"/Q/{code}", $"/q/{code.Compact.ToLowerInvariant()}", $"/q/{code}.", $"/q/({code})", $"/q/{code}%3E",
                $"/q/%20{code.Compact[..5]}%20{code.Compact[5..]}", $"/q/{code}/", $"/q/{code}%E2%80%9D?utm_source=x",
            }.Select(path => host.SendAsync("GET", path))),
            answer => Assert.Equal((200, before), (answer.Status, answer.Body)));
    }

    [Fact]
    public async Task The_language_of_the_URL_is_kept_and_nothing_else_of_it()
    {
        var code = await LetterAsync("paper-language");

        var page = await host.SendAsync("GET", $"/q/{code.Compact}?lang=de.&via=jan");

        Assert.Contains($"action=\"/q/{code.Compact}?lang=de\"", page.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/q/{code.Compact}?lang=fr\"", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("jan", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_everything_is_recorded_with_the_letter_and_offers_a_receipt_but_no_way_back()
    {
        var subject = await host.PutSubjectAsync("paper-stop", ["paper-stop@example.com"]);
        var code = await LetterAsync("paper-stop", "newsletter", 8);

        var done = await host.SendAsync("POST", $"/q/{code.Compact}", OptOutHost.Form("choice=stop"));

        Assert.Equal((200, "You are unsubscribed"), (done.Status, Words(done.Body)[1]));
        AssertOnlyStops(done, code);
        Assert.DoesNotContain("<form", done.Body, StringComparison.Ordinal);
        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.PrintedCode, new ChangeEvidence(Channel.Post, Topic.Parse("newsletter"), 8)),
            (entry.Change.Scope, entry.Change.Decision, entry.Change.Source, entry.Change.Evidence));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "paper-stop@example.com"));

        var receipt = await host.SendAsync("GET", $"/q/{code.Compact}?ref={ReferenceOn(done)}");
        Assert.Equal((200, "Proof of your choice"), (receipt.Status, Words(receipt.Body)[1]));
        Assert.Contains(entry.Hash, receipt.Body, StringComparison.Ordinal);
        AssertOnlyStops(receipt, code);
        Assert.All(
            Addresses(done.Body).Concat(Addresses(receipt.Body)).Where(a => a.StartsWith('/')),
            a => Assert.Matches($@"\A(/q/{code.Compact}\?|/unsubscribe\?lang=|/q/{code.Compact}\z)", a));
        var json = await host.SendAsync("GET", $"/q/{code.Compact}?ref={ReferenceOn(done)}&format=json");
        Assert.Equal(entry.Hash, json.Json["entries"]![0]!["hash"]!.GetValue<string>());
        var text = await host.Client.GetByteArrayAsync($"/q/{code.Compact}?ref={ReferenceOn(done)}&format=text&line=1", Cancel);
        Assert.Equal(entry.Hash, Convert.ToHexStringLower(SHA256.HashData(text)));
    }

    [Fact]
    public async Task Stopping_some_channels_stops_those_alone_and_all_of_them_is_everything()
    {
        var some = await host.PutSubjectAsync("paper-some", ["paper-some@example.com"], ["+32470123471"]);
        var all = await host.PutSubjectAsync("paper-all", ["paper-all@example.com"]);

        var done = await host.SendAsync(
            "POST",
            $"/q/{(await LetterAsync("paper-some")).Compact}",
            OptOutHost.Form("choice=some&channel=email&channel=post&channel=fax"));
        Assert.Equal(
            200,
            (await host.SendAsync(
                "POST",
                $"/q/{(await LetterAsync("paper-all")).Compact}",
                OptOutHost.Form("choice=some&channel=email&channel=sms&channel=phone&channel=post"))).Status);

        Assert.Equal((200, "Your preferences are saved"), (done.Status, Words(done.Body)[1]));
        Assert.Equal(
            [(Scope.Parse("email,*"), Decision.Stop), (Scope.Parse("post,*"), Decision.Stop)],
            (await host.LedgerAsync(some, 2)).Select(e => (e.Change.Scope, e.Change.Decision)));
        Assert.Single((await host.LedgerAsync(some)).Select(e => e.Change.SubmissionId).Distinct());
        Assert.Equal((true, "no-objection"), await host.CheckAsync("sms", "+32470123471"));
        Assert.Equal(Scope.Everything, Assert.Single(await host.LedgerAsync(all, 1)).Change.Scope);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "")]
    [InlineData("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")]
    [InlineData("application/x-www-form-urlencoded", "choice=allow")]
    [InlineData("application/x-www-form-urlencoded", "choice=some")]
    [InlineData("application/x-www-form-urlencoded", "choice=some&channel=fax")]
    [InlineData("application/x-www-form-urlencoded", "choice=stop&choice=some")]
    [InlineData("application/x-www-form-urlencoded", "shown=email%2Cnewsletter&want=email%2Cnewsletter")]
    [InlineData("application/json", """{"choice":"stop"}""")]
    public async Task A_POST_that_does_not_say_what_to_stop_gets_400_with_the_page_and_changes_nothing(string type, string body)
    {
        var id = $"paper {body}";
        var code = await LetterAsync(id);
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue(type));

        var answer = await host.SendAsync("POST", $"/q/{code.Compact}", content);

        Assert.Equal((400, "Unsubscribe"), (answer.Status, Words(answer.Body)[1]));
        Assert.Equal(body.StartsWith("choice=some", StringComparison.Ordinal), Words(answer.Body).Contains("Tick at least one."));
        Assert.Empty(await host.LedgerAsync(host.SubjectOf(id)));
    }

    [Fact]
    public async Task Nothing_that_is_sent_to_a_code_allows_again()
    {
        var subject = await host.PutSubjectAsync("paper-allow", ["paper-allow@example.com"]);
        var code = await LetterAsync("paper-allow");
        var done = await host.SendAsync("POST", $"/q/{code.Compact}", OptOutHost.Form("choice=stop"));
        await host.LedgerAsync(subject, 1);

        foreach (var path in (string[])["", "/undo", "/preferences", "?choice=allow", $"?ref={ReferenceOn(done)}&undo=1"])
        {
            foreach (var form in (string[])
            [
                $"ref={ReferenceOn(done)}&seen=9999999999999", "choice=allow", "choice=undo", "choice=some&want=email&channel=",
                "shown=email%2Cnewsletter&want=email%2Cnewsletter",
            ])
            {
                Assert.InRange((await host.SendAsync("POST", $"/q/{code.Compact}{path}", OptOutHost.Form(form))).Status, 400, 404);
            }
        }

        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "paper-allow@example.com"));
    }

    [Fact]
    public async Task Pressing_twice_is_one_entry_with_one_reference_number()
    {
        var subject = await host.PutSubjectAsync("paper-twice", ["paper-twice@example.com"]);
        var code = await LetterAsync("paper-twice");

        var first = await host.SendAsync("POST", $"/q/{code.Compact}", OptOutHost.Form("choice=stop"));
        var second = await host.SendAsync("POST", $"/q/{code.Compact}", OptOutHost.Form("choice=stop"));

        Assert.Equal(ReferenceOn(first), ReferenceOn(second));
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task What_the_person_chose_elsewhere_is_not_shown()
    {
        var subject = await host.PutSubjectAsync("paper-elsewhere", ["paper-elsewhere@example.com"]);
        var code = await LetterAsync("paper-elsewhere");
        var elsewhere = ReferenceOn(await host.PressAsync(await host.TokenAsync("paper-elsewhere")));
        await host.LedgerAsync(subject, 1);

        var done = await host.SendAsync("POST", $"/q/{code.Compact}", OptOutHost.Form("choice=stop"));

        Assert.Equal((200, "You are unsubscribed"), (done.Status, Words(done.Body)[1]));
        Assert.DoesNotContain(elsewhere, done.Body, StringComparison.Ordinal);
        Assert.Equal(404, (await host.SendAsync("GET", $"/q/{code.Compact}?ref={elsewhere}")).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"/q/{code.Compact}?ref={elsewhere}&format=json")).Status);
    }

    [Fact]
    public async Task A_leaflets_code_stops_nobody_by_itself()
    {
        var order = await host.SendAsync("POST", "/api/codes", JsonContent.Create(new { count = 1 }), OptOutHost.FunctionKey);
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", $"/q/{CodeIn(order).Compact}", OptOutHost.Form("choice=stop"));

        Assert.Equal((303, $"/unsubscribe?via=code&code={CodeIn(order).Compact}"), (answer.Status, answer.Headers["Location"]));
        Assert.Equal(before, await host.EverythingAsync());
    }

    // The page reaches the person's own link nowhere: not in its text, its addresses or its headers.
    private void AssertOnlyStops(Answer answer, PrintedCode code)
    {
        var all = answer.Body + string.Join('\n', answer.Headers.Select(h => $"{h.Key}: {h.Value}"));
        Assert.DoesNotContain("/u/", all, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("undo", all, StringComparison.OrdinalIgnoreCase);
        var ring = host.Service<LinkKeyRing>();
        Assert.DoesNotContain(LongWord().Matches(all), m => ring.TryFind(m.Value, out _, out _));
        Assert.All(Addresses(answer.Body).Where(a => a.Contains("preferences", StringComparison.Ordinal)), a => Assert.Fail(a));
        Assert.Contains(code.Compact, all, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Addresses(string html) =>
        Address().Matches(html).Select(m => System.Net.WebUtility.HtmlDecode(m.Groups["to"].Value));

    private async Task<PrintedCode> LetterAsync(string id, string? topic = null, uint campaign = 0) => CodeIn(await host.SendAsync(
        "POST", "/api/codes", JsonContent.Create(new { subjects = new[] { id }, topic, campaign }), OptOutHost.FunctionKey));

    private static PrintedCode CodeIn(Answer order) =>
        PrintedCode.TryParse(order.Json["codes"]![0]!["code"]!.GetValue<string>(), out var code)
            ? code
            : throw new FormatException(order.Body);

    [GeneratedRegex("[A-Za-z0-9_-]{58,}", RegexOptions.None, 1000)]
    private static partial Regex LongWord();

    [GeneratedRegex("(href|action)=\"(?<to>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
