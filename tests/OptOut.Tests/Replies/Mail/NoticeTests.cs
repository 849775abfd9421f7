using System.Xml.Linq;
using OptOut.Emulators.Sandbox;
using OptOut.Tests.Delivery;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>A mail that identifies nobody is sent to the controller's privacy address, where a person reads it.</summary>
public sealed class NoticeTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_notice_tells_the_controller_who_wrote_what_and_what_to_do()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:Controller:DefaultLanguage"] = "nl" });

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain(
                    "Jan <jan@example.com>",
                    $"uitschrijven@{Host}",
                    "Geen reclame\u0007 meer",
                    "Hallo,\r\n\r\nik wil <b>niets</b> meer.\u001b[2J\r\nJan"),
                Cancel));

        var mail = Assert.Single(host.Sandbox.SendGrid.Mails);
        Assert.Equal(
            ("privacy@kruidtuin.example", "De Kruidtuin: een mail aan het uitschrijfadres wacht op u", null),
            (mail.To, mail.Subject, mail.Dropped));
        var lines = mail.PlainText.Split('\n');
        Assert.Equal(
            [
                "Iemand schreef naar het uitschrijfadres. De mail bevat geen geldige uitschrijflink "
                    + "en het is niet zeker dat hij van de genoemde afzender komt.",
                "",
                "Er is daarom niets geregistreerd. Lees de mail hieronder en handel hem af.",
                "",
                "Wil de persoon geen reclame meer ontvangen? Vul dan zijn adres in op "
                    + "https://optout.kruidtuin.example/unsubscribe. De uitschrijving geldt meteen.",
                "",
                "Van: Jan <jan@example.com>",
                "Onderwerp: Geen reclame  meer",
            ],
            lines[..8]);
        Assert.StartsWith("Ontvangen: ", lines[8], StringComparison.Ordinal);
        Assert.Equal(["", "Hallo,", "", "ik wil <b>niets</b> meer. [2J", "Jan", ""], lines[9..]);
        var html = MailMarkup.Read(mail.Html, "nl");
        Assert.Equal(lines.Where((line, index) => index is 0 or 2 or 4), html.Descendants("p").SkipLast(1).Select(p => p.Value));
        Assert.Equal(lines[6..9], html.Descendants("p").Last().Nodes().OfType<XText>().Select(line => line.Value));
        Assert.Equal(string.Join('\n', lines[10..^1]), html.Descendants("pre").Single().Value);
        Assert.Contains("\"Auto-Submitted\":\"auto-generated\"", mail.Request, StringComparison.Ordinal);
        Assert.Empty(await host.LedgerAsync(host.StandInFor("jan@example.com")));
    }

    [Fact]
    public async Task A_notice_truncates_a_long_mail_shows_an_HTML_mail_as_text_and_says_when_a_mail_is_empty()
    {
        await using var host = await OptOutHost.StartAsync(azurite);

        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("a@example.com", $"x@{Host}", text: new string('é', 1_999) + "👋" + new string('z', 5_000)), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("b@example.com", $"x@{Host}") with { Html = "<style>p{color:red}</style><p>Stop&nbsp;met <b>mailen</b></p>" }, Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(Plain("c@example.com", $"x@{Host}", new string('s', 900)), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(Plain("d@example.com", $"x@{Host}", new string('s', 299) + "👋"), Cancel);
        await InboundPost.SignedAsync(host, "nothing that can be read"u8.ToArray());

        var texts = host.Sandbox.SendGrid.Mails.Select(m => m.PlainText).ToArray();
        Assert.EndsWith(
            $"\n\n{new string('é', 1_999)}\n(The mail goes on. Only its beginning stands here.)\n", texts[0], StringComparison.Ordinal);
        Assert.Contains("Stop\u00a0met  mailen", texts[1], StringComparison.Ordinal);
        Assert.DoesNotContain("color", texts[1], StringComparison.Ordinal);
        Assert.EndsWith("\n\n(The mail holds no text.)\n", texts[2], StringComparison.Ordinal);
        Assert.Contains($"Subject: {new string('s', 300)}\n", texts[2], StringComparison.Ordinal);
        Assert.Contains($"Subject: {new string('s', 299)}\n", texts[3], StringComparison.Ordinal);
        Assert.EndsWith("\n\nnothing that can be read\n", texts[4], StringComparison.Ordinal);
        Assert.Contains(host.Logs.Lines, l => l.StartsWith("Error A signed mail of 24 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mails_above_the_hourly_notice_limit_are_answered_503_and_opt_outs_still_succeed()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:Mailto:NoticesPerHour"] = "2" });
        var person = await host.PutSubjectAsync("flood", ["flood@example.com"]);

        var statuses = new List<int?>();
        for (var i = 0; i < 4; i++)
            statuses.Add(await host.Sandbox.SendGrid.ReceiveAsync(Plain($"spam-{i}@example.com", $"x@{Host}", "WIN"), Cancel));

        Assert.Equal([200, 200, 503, 503], statuses);
        Assert.Equal(2, host.Sandbox.SendGrid.Mails.Count);
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(Plain("flood@example.com", $"u-{await host.TokenAsync("flood")}@{Host}"), Cancel));
        await host.LedgerAsync(person, 1);
    }

    [Fact]
    public async Task Mails_of_machines_take_at_most_half_of_the_hourly_notices()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:Mailto:NoticesPerHour"] = "4" });

        var statuses = new List<int?>();
        foreach (var extra in new[] { "List-Id: <a.example>", "Precedence: bulk", "List-Id: <a.example>", "", "", "" })
            statuses.Add(await host.Sandbox.SendGrid.ReceiveAsync(Plain("a@example.com", $"x@{Host}", "Nieuws", extra: extra), Cancel));

        Assert.Equal([200, 200, 503, 200, 200, 503], statuses);
        Assert.Equal(4, host.Sandbox.SendGrid.Mails.Count);
    }

    // The privacy address may answer every mail by itself, from an address that SendGrid receives for us.
    [Theory]
    [InlineData("Re: ")]
    [InlineData("Ticket 17: ")]
    public async Task An_answer_to_a_notice_gets_no_notice(string prefix)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.Sandbox.SendGrid.ReceiveAsync(Plain("a@example.com", $"x@{Host}", "stop"), Cancel);
        var notice = Assert.Single(host.Sandbox.SendGrid.Mails);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Authenticated("privacy@kruidtuin.example", $"x@{Host}", prefix + notice.Subject, "We received your mail."), Cancel));

        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails);
        Assert.Empty(await host.LedgerAsync(host.StandInFor("privacy@kruidtuin.example")));
    }

    [Fact]
    public async Task When_a_notice_cannot_be_sent_SendGrid_is_asked_to_retry_the_mail()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var mail = Plain("a@example.com", $"x@{Host}", "stop");
        host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 500, Calls: 1));

        Assert.Equal(503, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));
        Assert.Empty(host.Sandbox.SendGrid.Mails);
        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        Assert.Single(host.Sandbox.SendGrid.Mails);
    }

    [Fact]
    public async Task A_mail_with_an_oversized_header_section_counts_by_its_address_token_and_otherwise_becomes_a_notice()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var person = await host.PutSubjectAsync("long", ["long@example.com"]);
        var extra = $"X-Long: {new string('x', 300_000)}";

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("long@example.com", $"u-{await host.TokenAsync("long")}@{Host}", extra: extra), Cancel));
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Authenticated("jan@example.com", $"x@{Host}", "stop", "Schrijf mij uit.", extra), Cancel));
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Raw("raw@example.com", $"x@{Host}", "X-Raw: yes", "Schrijf mij uit.", "Subject: raw\r\n" + extra + "\r\n"), Cancel));

        await host.LedgerAsync(person, 1);
        Assert.Empty(await host.LedgerAsync(host.StandInFor("jan@example.com")));
        var notices = host.Sandbox.SendGrid.Mails.Where(m => m.To == "privacy@kruidtuin.example").Select(m => m.PlainText).ToArray();
        Assert.Equal(2, notices.Length);
        Assert.Contains("From: jan@example.com\nSubject: stop\n", notices[0], StringComparison.Ordinal);
        Assert.EndsWith("\n\nSchrijf mij uit.\n", notices[0], StringComparison.Ordinal);
        Assert.Contains("\n\nSubject: raw\nX-Long: xxx", notices[1], StringComparison.Ordinal);
        Assert.Equal(3, host.Logs.Lines.Count(l => l.StartsWith("Error A signed mail of", StringComparison.Ordinal)));
    }
}
