using System.Text;
using OptOut.Consent;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>One of our links in a text that a person wrote, quoted or forwarded.</summary>
public sealed class TokenInTextTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // TOKEN stands for the whole token, HEAD and TAIL for its halves.
    public static TheoryData<string, string> Texts => new()
    {
        { "link", "Gelieve mij uit te schrijven: https://optout.kruidtuin.example/u/TOKEN. Dank u." },
        { "link-with-query", "https://optout.kruidtuin.example/u/TOKEN?lang=fr&via=code" },
        { "address", "Je veux que vous arrêtiez : u-TOKEN@optout.kruidtuin.example" },
        { "gmail-reply", "Bitte abmelden\r\n\r\nAm Di., 24. Nov. 2026 um 10:00 Uhr schrieb De Kruidtuin <news@kruidtuin.example>:\r\n\r\n"
            + "> Neues aus dem Garten\r\n> Abmelden\r\n> <https://optout.kruidtuin.example/u/TOKEN>\r\n" },
        { "wrapped-reply", "stop\r\n> > https://optout.kruidtuin.example/u/HEAD\r\n> > TAIL\r\n" },
        { "wrapped-bare", "stop\nhttps://optout.kruidtuin.example/u/HEAD\nTAIL\n" },
        { "soft-break", "stop\r\nhttps://optout.kruidtuin.example/u/HEAD=\r\nTAIL\r\n" },
        { "outlook-safe-link", "Schrijf mij uit\r\n\r\nVan: De Kruidtuin\r\n"
            + "Uitschrijven<https://eur01.safelinks.protection.outlook.com/"
            + "?url=https%3A%2F%2Foptout.kruidtuin.example%2Fu%2FTOKEN&data=05%7C02>\r\n"
            },
        {
            "broken-then-good",
            "/u/ /u/AAAA u-@ https://optout.kruidtuin.example/u/XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX "
                + "https://optout.kruidtuin.example/u/TOKEN"
        },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_link_in_the_text_stops_everything_however_it_is_wrapped(string id, string text)
    {
        var (person, token) = await PersonAsync(id);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("Someone Else <else@elsewhere.example>", $"uitschrijven@{Host}", "Re: Nieuws", Fill(text, token)), Cancel));

        var change = Assert.Single(await host.LedgerAsync(person, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Source.Mailto, Channel.Email, 7u),
            (change.Scope, change.Source, change.Evidence.Channel, change.Evidence.Campaign));
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(host.StandInFor("else@elsewhere.example")));
    }

    [Theory]
    [InlineData("html-link", "<p>Se désinscrire&nbsp;: <a href=\"https://optout.kruidtuin.example/u/TOKEN\">ici</a></p>")]
    [InlineData("html-entities", "<a href=\"https:&#x2F;&#47;optout.kruidtuin.example&#x2F;u&#47;TOKEN\">x</a>")]
    [InlineData("html-breaks", "<div>optout.kruidtuin.example/u/HEAD<wbr>TAIL</div>")]
    [InlineData("html-shy", "<div>optout.kruidtuin.example/u/HEAD&shy;TAIL</div>")]
    public async Task A_link_in_the_HTML_is_found(string id, string html)
    {
        var (person, token) = await PersonAsync(id);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("else@elsewhere.example", $"stop@{Host}") with { Html = Fill(html, token) }, Cancel));

        await host.LedgerAsync(person, 1);
    }

    [Theory]
    [InlineData("iso-8859-15", "Arrêtez, ça coûte 5 €. https://optout.kruidtuin.example/u/TOKEN")]
    [InlineData("windows-1252", "“Stop” – https://optout.kruidtuin.example/u/TOKEN")]
    [InlineData("utf-16", "Grüße https://optout.kruidtuin.example/u/TOKEN")]
    [InlineData("shift_jis", "停止 https://optout.kruidtuin.example/u/TOKEN")]
    public async Task The_text_is_read_in_its_own_charset(string charset, string text)
    {
        var (person, token) = await PersonAsync($"charset-{charset}");

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("else@elsewhere.example", $"stop@{Host}", text: Fill(text, token)) with { Charset = charset }, Cancel));

        await host.LedgerAsync(person, 1);
    }

    [Fact]
    public async Task A_token_in_the_subject_or_in_the_To_header_of_a_redirected_mail_is_found()
    {
        var (one, token) = await PersonAsync("in-subject");
        var (two, other) = await PersonAsync("in-to");

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("else@elsewhere.example", $"stop@{Host}", $"unsubscribe u-{token}@{Host}"), Cancel));
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("else@elsewhere.example", $"u-{other}@old-{Host}") with { EnvelopeTo = [$"all@{Host}"] }, Cancel));

        await host.LedgerAsync(one, 1);
        await host.LedgerAsync(two, 1);
    }

    [Fact]
    public async Task Several_links_in_one_mail_stop_each_person_once()
    {
        var (one, first) = await PersonAsync("both-1");
        var (two, second) = await PersonAsync("both-2");
        var again = await host.TokenAsync("both-1", "email", "offers", 8);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("else@elsewhere.example", $"stop@{Host}", text: $"/u/{first} /u/{second} /u/{first} /u/{again}"), Cancel));

        await host.LedgerAsync(one, 1);
        await host.LedgerAsync(two, 1);
        await host.QuietAsync();
        await host.LedgerAsync(one, 1);
    }

    public static TheoryData<string, string, string> RawMessages => new()
    {
        {
            "raw-qp",
            "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable",
            "Arr=EAtez https://optout.kruidtuin.example/u=2FHEAD=\r\nTAIL"
        },
        {
            "raw-alternative",
            "Content-Type: multipart/alternative;\r\n boundary=\"=_a;b\"",
            "Preamble\r\n--=_a;b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nzie html\r\n--=_a;b \r\n"
                + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nBASE64\r\n--=_a;b--\r\nEpilogue"
        },
        {
            "raw-forwarded",
            "Content-Type: multipart/mixed; boundary=out",
            "--out\r\nContent-Type: text/plain\r\n\r\nzie bijlage\r\n--out\r\n"
                + "Content-Type: message/rfc822\r\n\r\nFrom: news@kruidtuin.example\r\n"
                + "Content-Type: text/plain\r\n\r\nhttps://optout.kruidtuin.example/u/TOKEN\r\n--out--\r\n"
        },
        {
            "raw-cut",
            "Content-Type: multipart/mixed; boundary=out",
            "--out\r\nContent-Type: text/plain\r\n\r\nhttps://optout.kruidtuin.example/u/TOKEN"
        },
        { "raw-no-type", "X-Nothing: here", "https://optout.kruidtuin.example/u/TOKEN" },
        {
            "raw-line-feeds",
            "Content-Type: multipart/mixed; boundary=out",
            "--out\nContent-Type: text/plain\n\nhttps://optout.kruidtuin.example/u/TOKEN\n--out--\n"
        },
    };

    [Theory]
    [MemberData(nameof(RawMessages))]
    public async Task A_mail_posted_raw_is_read_too(string id, string contentType, string body)
    {
        var (person, token) = await PersonAsync(id);
        var filled = Fill(
            body.Replace(
                "BASE64",
                Convert.ToBase64String(
                    Encoding.UTF8.GetBytes($"<a href='https://{Host}/u/{token}'>x</a>"), Base64FormattingOptions.InsertLineBreaks),
                StringComparison.Ordinal),
            token);

        Assert.Equal(
            200, await host.Sandbox.SendGrid.ReceiveAsync(Raw("else@elsewhere.example", $"stop@{Host}", contentType, filled), Cancel));

        await host.LedgerAsync(person, 1);
    }

    [Theory]
    [InlineData("xYzZY-text", "no-boundary", "multipart/form-data")]
    [InlineData("wrong-type", "wrong-type", "text/plain")]
    [InlineData("no-type", "no-type", "")]
    [InlineData("other-boundary", "other-boundary", "multipart/form-data; boundary=other")]
    public async Task A_form_with_a_wrong_content_type_is_read_by_the_boundary_in_its_first_line(string id, string name, string contentType)
    {
        var (person, token) = await PersonAsync($"{id}-{name}");
        var form = Plain("else@elsewhere.example", $"stop@{Host}", text: $"https://{Host}/u/{token}").ToForm();

        Assert.Equal(200, (await InboundPost.SignedAsync(host, form, contentType)).Status);

        await host.LedgerAsync(person, 1);
    }

    [Fact]
    public async Task The_readable_parts_of_a_truncated_or_malformed_form_are_used()
    {
        var (one, first) = await PersonAsync("cut-1");
        var (two, second) = await PersonAsync("cut-2");
        var (three, third) = await PersonAsync("cut-3");
        var cut = Plain("else@elsewhere.example", $"stop@{Host}", text: $"https://{Host}/u/{first}").ToForm();
        var end = cut.AsSpan().IndexOf(Encoding.ASCII.GetBytes(first)) + first.Length;
        var broken = Encoding.UTF8
            .GetString(Plain("else@elsewhere.example", $"stop@{Host}", text: $"https://{Host}/u/{second}").ToForm())
            .Replace("Content-Disposition: form-data; name=\"headers\"", "%%% no header at all", StringComparison.Ordinal);

        Assert.Equal(200, (await InboundPost.SignedAsync(host, cut[..end])).Status);
        Assert.Equal(200, (await InboundPost.SignedAsync(host, Encoding.UTF8.GetBytes(broken))).Status);
        Assert.Equal(
            200,
            (await InboundPost.SignedAsync(host, Encoding.UTF8.GetBytes($"\u0000 no form \ud83d\udc4b https://{Host}/u/{third}"))).Status);

        await host.LedgerAsync(one, 1);
        await host.LedgerAsync(two, 1);
        await host.LedgerAsync(three, 1);
    }

    private async Task<(SubjectKey Person, string Token)> PersonAsync(string id) =>
        (
            await host.PutSubjectAsync($"written-{id}", [$"written-{id}@example.com"]),
            await host.TokenAsync($"written-{id}", "email", "newsletter", 7));

    private static string Fill(string text, string token) =>
        text.Replace("TOKEN", token, StringComparison.Ordinal)
            .Replace("HEAD", token[..30], StringComparison.Ordinal)
            .Replace("TAIL", token[30..], StringComparison.Ordinal);
}
