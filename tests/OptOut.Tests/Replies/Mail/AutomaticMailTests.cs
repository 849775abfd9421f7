using System.Diagnostics.Metrics;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>
/// Vacation replies, bounces, receipts and our own mails change nothing and send no mail: they are counted. SendGrid gets 200.
/// </summary>
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
        { "icloud", "X-Apple-Action: VACATION", false, "" },
        { "icloud-bulk", "X-Apple-Action: VACATION\nPrecedence: bulk\nX-Auto-Response-Suppress: All", false, "" },
        { "exchange-rule", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", false, "" },
        { "exchange-suppress", "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All", false, "" },
        { "old-precedence", "X-Precedence: auto_reply", false, "" },
        { "preference", "Preference: auto-reply", false, "" },
        { "autoreply-from", "X-AutoReply-From: a@b.example", false, "" },
        { "apple-but-not-unsubscribe", "Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: false", false, "" },
        { "exim-bounce", "X-Failed-Recipients: news@kruidtuin.example", true, "" },
        { "mailer-daemon-without-host", "", false, "<MAILER-DAEMON>" },
        { "delivery-report", "Content-Type: multipart/report; report-type=delivery-status; boundary=b", false, "" },
        { "global-report", "Content-Type: multipart/report; report-type=Global-Delivery-Status; boundary=b", false, "" },
        { "report-of-any-kind", "Content-Type: multipart/report; boundary=b", true, "" },
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

    // What a mail system writes about a mail that it could not deliver, without RFC 3464.
    [Theory]
    [InlineData("Undelivered Mail Returned to Sender", true, "Mail Delivery System <robot@mx.example>")]
    [InlineData("Mail delivery failed: returning message to sender", true, "robot@mx.example")]
    [InlineData("Onbestelbaar: Nieuwsbrief", false, "postmaster@mx.example")]
    [InlineData("Unzustellbar: Neues", false, "Postmaster <postmaster@mx.example>")]
    [InlineData("Non remis : Nouvelles", true, "robot@mx.example")]
    public async Task A_bounce_without_a_report_stops_nobody(string subject, bool hasNullPath, string from)
    {
        await host.PutSubjectAsync("bounced", ["bounced@example.com"]);
        var token = await host.TokenAsync("bounced");
        var mail = Plain(from, $"u-{token}@{Host}", subject, $"We could not deliver: https://{Host}/u/{token}");
        var before = await host.EverythingAsync();

        Assert.Equal(
            200, await host.Sandbox.SendGrid.ReceiveAsync(hasNullPath ? mail with { EnvelopeFrom = "" } : mail, Cancel));

        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", "automatic-reply")]
    [InlineData("X-Apple-Action: VACATION", "automatic-reply")]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "report")]
    [InlineData("X-OptOut-Reference: 0198-abc", "returned")]
    public async Task A_mail_that_requests_nothing_is_counted_by_its_kind(string header, string kind)
    {
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "optout.mail.ignored")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Any(t => t is { Key: "kind", Value: string tag } && tag == kind))
                Interlocked.Add(ref counted, value);
        });
        listener.Start();

        await host.Sandbox.SendGrid.ReceiveAsync(Plain("a@example.com", $"x@{Host}", "Re: Nieuws", extra: header), Cancel);

        Assert.InRange(counted, 1, long.MaxValue); // Other tests of the process are counted too.
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-generated")]
    [InlineData("Auto-Submitted: auto-notified; owner-email=\"a@b.example\"")]
    [InlineData("Precedence: list")]
    [InlineData("List-Id: Planten <planten.lists.example>")]
    [InlineData("List-Unsubscribe: <https://shop.example/u/1>")]
    [InlineData("Content-Type: multipart/report; report-type=feedback-report; boundary=b")]
    [InlineData("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nAuto-Submitted: auto-generated")]
    public async Task In_a_generated_mail_only_a_token_in_the_recipient_address_counts_and_a_person_reads_the_rest(string header)
    {
        var person = await host.PutSubjectAsync("generated", ["generated@example.com"]);
        var text = $"Fw: https://{Host}/u/{await host.TokenAsync("generated")} ({MailWriter.NewId()})";

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Authenticated("generated@example.com", $"uitschrijven@{Host}", "Fwd: Report", text, header), Cancel));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        var notice = Assert.Single(host.Sandbox.SendGrid.Mails, m => m.PlainText.Contains(text, StringComparison.Ordinal));
        Assert.Equal("privacy@kruidtuin.example", notice.To);
        Assert.StartsWith(
            "A mail came to the unsubscribe address. A program may have written it on its own, but that is not certain.\n",
            notice.PlainText,
            StringComparison.Ordinal);
    }
}
