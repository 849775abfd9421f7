using System.Xml.Linq;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Replies.Mail;

namespace OptOut.Tests.Delivery;

/// <summary>The HTML of the mails to people: the same words as the plain text, in markup that every mail program displays.</summary>
public sealed class MailHtmlTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string Hostile = "<script>alert(1)</script> & \"'\ud83d</title>";

    private static readonly DateTimeOffset Moment = new(2026, 3, 2, 9, 5, 0, TimeSpan.Zero);

    private readonly SubjectKey _subject = new(42);
    private readonly Identifier _to = EmailAddress.TryParse("jan@example.com", out var to) ? to : default!;

    [Fact]
    public async Task The_HTML_of_the_link_mail_is_exactly_this()
    {
        var mail = await LinkMailAsync("De Kruidtuin", owners: 2);

        var urls = mail.PlainText.Split("\n\n").Where(text => text.StartsWith("https://", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, urls.Length);
        Assert.Equal(
            "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Votre lien personnel</title></head>"
            + "<body style=\"font-family:sans-serif;max-width:36em;line-height:1.5\"><h1 "
            + "style=\"font-size:1.4em\">Votre lien personnel</h1>"
            + "<p>Votre lien personnel a été demandé à De Kruidtuin.</p>"
            + "<p>Plusieurs clients utilisent cette adresse e-mail. Il y a donc un lien pour chacun d’eux.</p>"
            + "<p>Ce lien vous montre quelles publicités vous recevez de nous, et vous permet de les adapter\u00a0:</p>"
            + $"<p><a href=\"{urls[0]}\">Voir ou adapter mes choix</a></p><p><a href=\"{urls[1]}\">Voir ou adapter mes choix</a></p>"
            + "<p>Ne transmettez pas ce lien\u00a0: qui le possède peut voir et modifier vos choix.</p>"
            + "<p>Vous n’avez rien demandé\u00a0? Vous ne devez rien faire. Rien n’a été modifié.</p>"
            + "<p>Ce n’est pas exact, ou vous avez une question ? Écrivez à privacy@kruidtuin.example.</p></body></html>",
            MailMarkup.Plain(mail.Html));
        MailMarkup.Read(mail.Html, "fr");
    }

    [Fact]
    public async Task The_HTML_of_the_confirmation_is_exactly_this()
    {
        var mail = await ConfirmationAsync("De Kruidtuin");

        var link = mail.PlainText.Split('\n').Single(text => text.StartsWith("https://", StringComparison.Ordinal));
        Assert.Equal(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your choices are recorded</title></head>"
            + "<body style=\"font-family:sans-serif;max-width:36em;line-height:1.5\"><h1 "
            + "style=\"font-size:1.4em\">Your choices are recorded</h1>"
            + "<p>De Kruidtuin recorded your opt-out on 2 March 2026 at 10:05, for: all marketing by telephone.</p>"
            + "<p>It holds at once. Something already on its way, such as a letter, may still reach you.</p>"
            + "<p>You will still get what belongs to your contract, such as invoices and messages about your order.</p>"
            + "<p>De Kruidtuin recorded on 2 March 2026 at 10:05 that you want to receive again: Newsletter by e-mail.</p>"
            + "<p>Reference: 0000-0000-0007</p>"
            + $"<p><a href=\"{link}\">Changed your mind, or was it not you? Choose here what you want to receive:</a></p>"
            + "<p>Is this not right, or do you have a question? Write to privacy@kruidtuin.example.</p></body></html>",
            MailMarkup.Plain(mail.Html));
        MailMarkup.Read(mail.Html, "en");
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("fr")]
    [InlineData("de")]
    [InlineData("en")]
    public async Task The_HTML_has_the_same_words_as_the_plain_text(string code)
    {
        var mail = await LinkMailAsync("De Kruidtuin", owners: 1, code);
        var texts = MailMarkup.Read(mail.Html, code).Descendants("p").Select(p => p.Element("a")?.Attribute("href")?.Value ?? p.Value);
        Assert.Equal(mail.PlainText.TrimEnd('\n').Split("\n\n"), texts);

        mail = await ConfirmationAsync("De Kruidtuin", code);
        texts = MailMarkup.Read(mail.Html, code)
            .Descendants("p")
            .Select(p => p.Element("a") is { } link ? $"{p.Value}\n{link.Attribute("href")!.Value}" : p.Value);
        Assert.Equal(mail.PlainText.TrimEnd('\n').Split("\n\n"), texts);
    }

    [Fact]
    public async Task Markup_in_the_controllers_name_is_escaped_in_every_mail()
    {
        foreach (var mail in new[] { await LinkMailAsync(Hostile, owners: 1), await ConfirmationAsync(Hostile) })
        {
            var document = MailMarkup.Read(mail.Html, mail.Language);
            Assert.Contains(
                document.Descendants("p"),
                p => p.Value.Contains("<script>alert(1)</script> & \"'\ufffd</title>", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Markup_written_by_a_stranger_is_escaped_in_the_notice()
    {
        var html = await host.Service<ComponentRenderer>().RenderAsync<MailtoNoticeHtml>(new Dictionary<string, object?>
        {
            [nameof(MailtoNoticeHtml.Language)] = Language.English,
            [nameof(MailtoNoticeHtml.Intro)] = new[] { "First.", "Second." },
            [nameof(MailtoNoticeHtml.Facts)] = new[] { $"From: {Hostile}", "Subject: \udc4b]]>", "Received: today" },
            [nameof(MailtoNoticeHtml.Quoted)] = $"</pre>{Hostile}\n\n  <!-- \ud83d\ud83d\udc4b",
        });

        var document = MailMarkup.Read(html, "en");
        Assert.Empty(document.Descendants("title").Concat(document.Descendants("h1")));
        Assert.Equal(["First.", "Second."], document.Descendants("p").SkipLast(1).Select(p => p.Value));
        Assert.Equal(
            ["From: <script>alert(1)</script> & \"'\ufffd</title>", "Subject: \ufffd]]>", "Received: today"],
            document.Descendants("p").Last().Nodes().OfType<XText>().Select(line => line.Value));
        Assert.Equal(2, document.Descendants("p").Last().Elements("br").Count());
        Assert.Equal(
            "</pre><script>alert(1)</script> & \"'\ufffd</title>\n\n  <!-- \ufffd\ud83d\udc4b", document.Descendants("pre").Single().Value);
    }

    private Task<OutgoingMail> LinkMailAsync(string controller, int owners, string language = "fr") =>
        new LinkMailText(host.Service<LinkHeaders>(), host.Service<ComponentRenderer>(), Named(controller)).WriteAsync(
            new LinkMailRequest(new IdentifierHash(9), Language.English, Moment, Guid.Empty),
            _to,
            [.. Enumerable.Range(1, owners).Select(n => new SubjectKey((UInt128)n))],
            language);

    private Task<OutgoingMail> ConfirmationAsync(string controller, string language = "en") =>
        new ConfirmationMail(
            host.Service<TopicCatalogue>(),
            host.Service<IdentifierProtector>(),
            host.Service<LinkHeaders>(),
            host.Service<ComponentRenderer>(),
            Named(controller)).WriteAsync(
            [Change("phone,*", Decision.Stop), Change("email,newsletter", Decision.Allow)], null, _to, language);

    private Change Change(string scope, Decision decision) => OptOut.Consent.Change.Create(
        EventIds.Derive(scope),
        _subject,
        Scope.Parse(scope),
        decision,
        Moment,
        Moment,
        Source.PreferencePage,
        submissionId: new Guid("00000000-0000-0000-0000-000000000007"),
        seen: decision == Decision.Allow ? 0 : null);

    private static IOptions<ControllerOptions> Named(string name) =>
        Options.Create(new ControllerOptions { Name = name, PrivacyAddress = "privacy@kruidtuin.example" });
}
