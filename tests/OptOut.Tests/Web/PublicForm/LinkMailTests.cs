using System.Text.RegularExpressions;
using Azure.Messaging.ServiceBus;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Tests.Reconciliation;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.PublicForm;

/// <summary>"Send me my link": how people without a link can see or loosen their choices.</summary>
public sealed class LinkMailTests(OptOutHost host, AzuriteFixture azurite) : IClassFixture<OptOutHost>
{
    private const string Ask = "ask=link&email=";

    [Fact]
    public async Task A_known_address_gets_one_mail_in_the_persons_language_with_a_working_link_and_nothing_is_recorded()
    {
        var subject = await host.PutSubjectAsync("link-1", ["link-1@example.com"], language: "nl");
        await host.QuietAsync();
        var ledger = host.Rows(host.Storage.Consent, "event~");

        var answer = await host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form(Ask + "Link-1%40Example.com"));

        Assert.Equal(
            [
                "De Kruidtuin",
                "Look in your mailbox",
                "If we know this address, a mail with your link is on its way. Look among the unwanted mail too.",
                "Nothing has been changed.",
                "Nothing arrives? We send at most one link in ten minutes, and five a day. "
                    + "You can also write to privacy@kruidtuin.example.",
            ],
            Words(answer.Body)[..5]);
        var mail = await MailAsync(host, "link-1@example.com");
        Assert.Equal("De Kruidtuin: Uw persoonlijke link", mail.Subject);
        Assert.Matches(
            "^Bij De Kruidtuin is gevraagd om uw persoonlijke link\\.\n\n"
                + "Met deze link ziet u welke reclame u van ons krijgt, en past u dat aan:\n\n"
                + "https://optout\\.kruidtuin\\.example/u/[A-Za-z0-9_-]{58}/preferences\\?lang=nl\n\n"
                + "Geef deze link niet door: wie hem heeft, kan uw keuzes zien en wijzigen\\.\n\n"
                + "Hebt u dit niet gevraagd\\? Dan hoeft u niets te doen\\. Er is niets gewijzigd\\.\n\n"
                + "Klopt dit niet, of hebt u een vraag\\? Schrijf naar privacy@kruidtuin\\.example\\.\n$",
            mail.PlainText);
        Assert.Contains($"<a href=\"{Links(mail).Single()}\">Mijn keuzes bekijken of aanpassen</a>", mail.Html, StringComparison.Ordinal);
        Assert.True(host.Service<LinkKeyRing>().TryVerify(Token(mail), out var link));
        Assert.Equal(subject, link.Subject);
        var page = await host.SendAsync("GET", new Uri(Links(mail).Single()).PathAndQuery);
        Assert.Equal(200, page.Status);
        Assert.Contains("<html lang=\"nl\"", page.Body, StringComparison.Ordinal);
        Assert.Equal(ledger, host.Rows(host.Storage.Consent, "event~"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "link-1@example.com"));
    }

    [Fact]
    public async Task An_unknown_address_gets_no_mail_and_nothing_is_stored()
    {
        await host.QuietAsync();
        var rows = host.Rows(host.Storage.Consent);
        var mails = host.Sandbox.SendGrid.Mails.Count;
        var dead = (await host.DeadLettersAsync(Topology.LinkMail)).Count;

        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(Ask + "link-nobody%40example.com"));

        await host.QuietAsync();
        Assert.Equal(rows, host.Rows(host.Storage.Consent));
        Assert.Equal(mails, host.Sandbox.SendGrid.Mails.Count);
        Assert.Equal(dead, (await host.DeadLettersAsync(Topology.LinkMail)).Count);
    }

    [Fact]
    public async Task A_former_address_gets_no_link_to_the_persons_choices()
    {
        await host.PutSubjectAsync("link-3", ["link-3-old@example.com"]);
        await host.PutSubjectAsync("link-3", ["link-3-new@example.com"]);

        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(Ask + "link-3-old%40example.com"));

        await host.QuietAsync();
        Assert.DoesNotContain(host.Sandbox.SendGrid.Mails, m => m.To.StartsWith("link-3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_people_who_share_an_address_get_one_mail_with_a_link_each()
    {
        var subjects = new[]
        {
            await host.PutSubjectAsync("link-4a", ["link-4@example.com"]),
            await host.PutSubjectAsync("link-4b", ["link-4@example.com"]),
        };

        await host.SendAsync("POST", "/unsubscribe?lang=fr", OptOutHost.Form(Ask + "link-4%40example.com"));

        var mail = await MailAsync(host, "link-4@example.com");
        Assert.Contains(
            "Plusieurs clients utilisent cette adresse e-mail. Il y a donc un lien pour chacun d’eux.",
            mail.PlainText,
            StringComparison.Ordinal);
        var ring = host.Service<LinkKeyRing>();
        Assert.Equal(
            subjects.Order(Comparer<SubjectKey>.Create((a, b) => a.Value.CompareTo(b.Value))),
            Links(mail).Select(l => ring.TryVerify(new Uri(l).Segments[2].TrimEnd('/'), out var link) ? link.Subject : default)
                .OrderBy(s => s.Value));
    }

    [Fact]
    public async Task An_unknown_person_who_stopped_can_get_a_link_to_loosen_it_in_the_language_of_the_request()
    {
        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=link-stranger%40example.com"))).Status);
        await host.QuietAsync();
        await host.SendAsync("POST", "/unsubscribe?lang=de", OptOutHost.Form(Ask + "link-stranger%40example.com"));

        await OptOutHost.UntilAsync(
            () => Task.FromResult(host.Sandbox.SendGrid.Mails.Any(m => m.Subject == "De Kruidtuin: Ihr persönlicher Link")));
        var mail = host.Sandbox.SendGrid.Mails.Single(m => m.Subject == "De Kruidtuin: Ihr persönlicher Link");
        Assert.Equal("link-stranger@example.com", mail.To);
        Assert.True(host.Service<LinkKeyRing>().TryVerify(Token(mail), out var link));
        Assert.Equal(host.StandInFor("link-stranger@example.com"), link.Subject);
    }

    [Fact]
    public async Task An_address_gets_at_most_one_mail_in_ten_minutes_and_five_in_a_day()
    {
        var time = new ShiftedTime();
        await using var own = await OptOutHost.StartAsync(
            azurite, time: time, settings: new Dictionary<string, string?> { ["OptOut:Limits:LinkMail:Identifier:Count"] = "1000" });
        await own.PutSubjectAsync("link-5", ["link-5@example.com"]);

        // Two requests at once, as two instances would handle them.
        await Task.WhenAll(AskAsync(), AskAsync());
        Assert.Equal(1, await CountAsync());
        time.Advance(TimeSpan.FromMinutes(9));
        await AskAsync();
        Assert.Equal(1, await CountAsync());
        for (var mail = 2; mail <= 5; mail++)
        {
            time.Advance(TimeSpan.FromMinutes(11));
            await AskAsync();
            Assert.Equal(mail, await CountAsync());
        }

        time.Advance(TimeSpan.FromHours(3));
        await AskAsync();
        Assert.Equal(5, await CountAsync());
        time.Advance(TimeSpan.FromHours(22));
        await AskAsync();
        Assert.Equal(6, await CountAsync());

        async Task AskAsync() =>
            Assert.Equal(200, (await own.SendAsync("POST", "/unsubscribe", OptOutHost.Form(Ask + "link-5%40example.com"))).Status);

        async Task<int> CountAsync()
        {
            await own.QuietAsync();
            return own.Sandbox.SendGrid.Mails.Count(m => m.To == "link-5@example.com");
        }
    }

    [Fact]
    public async Task A_mail_that_the_vendor_does_not_accept_is_retried_and_sent_once()
    {
        await using var own = await OptOutHost.StartAsync(azurite);
        await own.PutSubjectAsync("link-6", ["link-6@example.com"]);
        await own.QuietAsync();
        own.Sandbox.SendGrid.Failures.Set(
            new SandboxFailure(SandboxFailureKind.Status, Calls: 2, Status: 503, Message: "link-6@example.com later"));

        await own.SendAsync("POST", "/unsubscribe", OptOutHost.Form(Ask + "link-6%40example.com"));

        await MailAsync(own, "link-6@example.com");
        await own.QuietAsync();
        Assert.Single(own.Sandbox.SendGrid.Mails);
        Assert.Empty(await own.DeadLettersAsync(Topology.LinkMail));
        Assert.Equal(
            [0, 1, 2],
            (await own.SentAsync()).Where(m => m.Subject == "link-requested").Select(m => (int)m.ApplicationProperties["attempt"]));
    }

    [Fact]
    public async Task A_redelivered_message_sends_no_second_mail()
    {
        await host.PutSubjectAsync("link-7", ["link-7@example.com"]);
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(Ask + "link-7%40example.com"));
        await MailAsync(host, "link-7@example.com");
        await host.QuietAsync();

        var request = (await host.SentAsync()).Last(m => m.Subject == "link-requested");
        var replay = new ServiceBusMessage(request) { MessageId = $"{request.MessageId}-again" };
        await using var sender = host.Service<ServiceBusClient>().CreateSender(Topology.BusTopic);
        await sender.SendMessageAsync(replay, TestContext.Current.CancellationToken);

        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "link-7@example.com");
    }

    [Fact]
    public async Task While_the_bus_is_unavailable_the_page_does_not_claim_that_a_mail_is_on_its_way()
    {
        await using var own = await OptOutHost.StartAsync(azurite);
        await own.StopBusAsync();

        var answer = await own.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form(Ask + "link-8%40example.com"));

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Contains(
            "Your link could not be asked for. Try again in a minute, or write to privacy@kruidtuin.example.", Words(answer.Body));
        Assert.DoesNotContain("on its way", answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, own.Rows(own.Storage.Outbox));
        await own.StartBusAsync();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("jan", "value=\"jan\"")]
    public async Task With_an_invalid_address_the_form_is_shown_again(string typed, string kept)
    {
        var answer = await host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form(Ask + typed));

        Assert.Equal(400, answer.Status);
        Assert.Contains(
            "<a href=\"#link-email\">Give your whole e-mail address, like name@example.com.</a>", answer.Body, StringComparison.Ordinal);
        Assert.Matches("<input id=\"link-email\"[^>]* aria-invalid=\"true\" aria-describedby=\"link-email-error\"", answer.Body);
        Assert.Contains(kept, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v", "2", "The property v is '2'; this version reads 1.")]
    [InlineData("id", "x", "The properties id and at must be a UUID and a timestamp.")]
    [InlineData("language", "es", "The property language is not a supported language.")]
    [InlineData("correlation", "somebody", "The correlation id is not the hash of an identifier.")]
    public async Task A_malformed_message_is_dead_lettered_with_its_reason(string property, string value, string reason)
    {
        var message = new LinkMailRequest(
            new IdentifierHash(9), Language.English, TimeProvider.System.GetUtcNow(), EventIds.Derive("link", property)).ToServiceBus();
        if (property == "correlation")
            message.CorrelationId = value;
        else
            message.ApplicationProperties[property] = value;
        await using var sender = host.Service<ServiceBusClient>().CreateSender(Topology.BusTopic);

        await sender.SendMessageAsync(message, TestContext.Current.CancellationToken);

        await OptOutHost.UntilAsync(
            async () => (await host.DeadLettersAsync(Topology.LinkMail)).Any(d => d.MessageId == message.MessageId));
        var dead = (await host.DeadLettersAsync(Topology.LinkMail)).Single(d => d.MessageId == message.MessageId);
        Assert.Equal(("Malformed", reason), (dead.DeadLetterReason, dead.DeadLetterErrorDescription));
    }

    private static async Task<SendGridSentMail> MailAsync(OptOutHost host, string to)
    {
        await OptOutHost.UntilAsync(() => Task.FromResult(host.Sandbox.SendGrid.Mails.Any(m => m.To == to)));
        return host.Sandbox.SendGrid.Mails.Single(m => m.To == to);
    }

    private static string[] Links(SendGridSentMail mail) => [.. Regex.Matches(mail.PlainText, "https://\\S+").Select(m => m.Value)];

    private static string Token(SendGridSentMail mail) => new Uri(Links(mail).Single()).Segments[2].TrimEnd('/');
}
