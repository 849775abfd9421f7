using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>Vacation replies, bounces, receipts, list mails and our own mails change nothing and send no mail. SendGrid gets 200.</summary>
public sealed class AutomaticMailTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // name, headers, null return path, From
    public static TheoryData<string, string, bool, string> Answers => new()
    {
        { "vacation", "Auto-Submitted: auto-replied\nIn-Reply-To: <1@kruidtuin.example>", false, "" },
        { "vacation-with-reason", "Auto-Submitted: auto-replied (vacation)", false, "" },
        {
            "exchange",
            "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nIn-Reply-To: <1@kruidtuin.example>\n"
                + "X-MS-Exchange-Inbox-Rules-Loop: a@b.example",
            false,
            ""
        },
        { "gmail-vacation", "Precedence: bulk\nX-Autoreply: yes\nAuto-Submitted: auto-replied", false, "" },
        { "old-vacation", "Precedence: junk\nReferences: <1@kruidtuin.example>", false, "" },
        { "auto-reply-precedence", "Precedence: auto_reply", false, "" },
        { "ticket-system", "X-Autorespond: ticket 17", false, "" },
        { "null-return-path", "", true, "" },
        { "return-path-header", "Return-Path: <>", false, "" },
        {
            "bounce",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            true,
            "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>"
        },
        { "mailer-daemon", "", false, "MAILER-DAEMON@mx.example" },
        { "postmaster", "", false, "Postmaster <postmaster@mx.example>" },
        { "read-receipt", "Content-Type: multipart/report;\n report-type=\"disposition-notification\"; boundary=b", false, "" },
        { "our-own", "X-OptOut-Reference: 0198-abc", false, "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_automatic_reply_stops_nobody_even_when_sent_to_an_address_with_a_token(
        string name, string headers, bool isBounce, string from)
    {
        await host.PutSubjectAsync($"machine-{name}", [$"{name}@example.com"]);
        var token = await host.TokenAsync($"machine-{name}");
        var mail = Authenticated(
            $"{name}@example.com",
            $"u-{token}@{Host}",
            "Automatisch antwoord",
            $"Ik ben met vakantie.\r\n> https://{Host}/u/{token}",
            headers);
        mail = mail with
        {
            Headers = from.Length == 0
                ? mail.Headers
                : mail.Headers.Replace($"From: {name}@example.com", $"From: {from}", StringComparison.Ordinal),
            EnvelopeFrom = isBounce ? "" : mail.EnvelopeFrom,
        };
        var before = await host.EverythingAsync();

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-generated")]
    [InlineData("Auto-Submitted: auto-notified; owner-email=\"a@b.example\"")]
    [InlineData("Precedence: list")]
    [InlineData("List-Id: Planten <planten.lists.example>")]
    [InlineData("List-Unsubscribe: <https://shop.example/u/1>")]
    [InlineData("X-Auto-Response-Suppress: OOF, AutoReply")]
    [InlineData("Content-Type: multipart/report; report-type=feedback-report; boundary=b")]
    public async Task In_a_generated_mail_only_a_token_in_the_recipient_address_counts(string header)
    {
        await host.PutSubjectAsync("generated", ["generated@example.com"]);
        var before = await host.EverythingAsync();

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Authenticated(
                    "generated@example.com",
                    $"uitschrijven@{Host}",
                    "Report",
                    $"https://{Host}/u/{await host.TokenAsync("generated")}",
                    header),
                Cancel));

        Assert.Equal(before, await host.EverythingAsync());
    }
}
