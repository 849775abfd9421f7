using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>
/// A mail to a valid token address is a request to stop, whatever its headers look like, unless it is certainly something else. What is
/// doubtful is shown to the controller.
/// </summary>
public sealed class UnsubscribeMailTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string Privacy = "privacy@kruidtuin.example";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // name, subject, headers, null return path
    public static TheoryData<string, string, string, bool> Requests => new()
    {
        { "apple", "unsubscribe", "Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: true", false },
        { "apple-other-subject", "Nieuwsbrief", "Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: True", false },
        { "apple-in-reply", "", "In-Reply-To: <1@x.example>\nAuto-Submitted: auto-replied\nX-Apple-Unsubscribe: true", true },
        { "no-return-path", "unsubscribe", "", true },
        { "return-path-header", "Uitschrijven", "Return-Path: <>", false },
        { "generated", "Anything", "Auto-Submitted: auto-generated", false },
        { "generated-reply", "unsubscribe", "Auto-Submitted: auto-generated\nReferences: <1@kruidtuin.example>", false },
        { "bulk-reply", "Abmelden", "Precedence: bulk\nIn-Reply-To: <1@kruidtuin.example>", false },
        { "junk", "Nieuwsbrief", "Precedence: junk", false },
        { "exchange", "Re: Nieuwsbrief", "X-Auto-Response-Suppress: DR, OOF, AutoReply\nIn-Reply-To: <1@kruidtuin.example>", false },
        { "exchange-all", "", "X-Auto-Response-Suppress: All\nThread-Topic: Nieuwsbrief\nX-MS-Has-Attach:", false },
        { "mailing", "Nieuws", "List-Id: <x.example>\nList-Unsubscribe: <https://x.example>\nPrecedence: list", false },
        { "not-a-reply", "Hallo", "X-Autoreply: no\nAuto-Submitted: no", false },
        { "forward-of-a-reply", "Fwd: Automatic reply: Nieuwsbrief", "", false },
        { "french", "D\u00e9sinscription", "Auto-Submitted: auto-generated\nPrecedence: bulk\nReferences: <1@x.example>", true },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_mail_to_a_token_address_is_a_stop_whatever_machine_wrote_it(
        string name, string subject, string headers, bool hasNullPath)
    {
        var person = await host.PutSubjectAsync($"request-{name}", [$"request-{name}@example.com"]);
        var mail = Authenticated(
            $"request-{name}@example.com", $"u-{await host.TokenAsync($"request-{name}")}@{Host}", subject, extra: headers);
        var notices = Notices().Length;

        Assert.Equal(200, await ReceiveAsync(hasNullPath ? mail with { EnvelopeFrom = "" } : mail));

        Assert.Equal(Source.Mailto, Assert.Single(await host.LedgerAsync(person, 1)).Change.Source);
        await host.QuietAsync();
        Assert.Equal(notices, Notices().Length);
    }

    [Fact]
    public async Task The_owner_of_a_small_domain_who_writes_as_postmaster_is_stopped()
    {
        var person = await host.PutSubjectAsync("postmaster", ["postmaster@small.example"]);

        Assert.Equal(
            200,
            await ReceiveAsync(
                Authenticated("postmaster@small.example", $"u-{await host.TokenAsync("postmaster")}@{Host}", "uitschrijven aub")));

        await host.LedgerAsync(person, 1);
    }

    // name, subject, headers, null return path, From
    public static TheoryData<string, string, string, bool, string> DoubtfulMails => new()
    {
        { "subject-only", "Automatic reply: Nieuwsbrief", "", false, "" },
        { "subject-suppress", "Automatisch antwoord: Nieuwsbrief", "X-Auto-Response-Suppress: All", false, "" },
        { "subject-fr", "R\u00e9ponse automatique : Nouvelles", "", false, "" },
        { "subject-de", "Abwesenheitsnotiz", "", false, "" },
        { "replied-request", "unsubscribe", "Auto-Submitted: auto-replied", false, "" },
        { "precedence-request", "Uitschrijven", "Precedence: auto_reply", false, "" },
        { "no-return-path", "Re: Nieuwsbrief", "", true, "" },
        { "old-vacation", "away from my mail", "Precedence: junk\nReferences: <1@kruidtuin.example>", false, "" },
        { "postmaster", "Nieuwsbrief", "", false, "postmaster@mx.example" },
        { "unknown-report", "Report", "Content-Type: multipart/report; report-type=something-new; boundary=b", false, "" },
        { "rule-forward", "FW: Nieuwsbrief",
            "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nAuto-Submitted: auto-generated\nReferences: <1@x.example>",
            false, "" },
    };

    [Theory]
    [MemberData(nameof(DoubtfulMails))]
    public async Task A_mail_that_may_be_an_automatic_reply_stops_nobody_and_the_controller_gets_it_with_the_link(
        string name, string subject, string headers, bool hasNullPath, string from)
    {
        var person = await host.PutSubjectAsync($"doubt-{name}", [$"doubt-{name}@example.com"]);
        var mail = Authenticated(
            from.Length > 0 ? from : $"doubt-{name}@example.com",
            $"u-{await host.TokenAsync($"doubt-{name}")}@{Host}",
            subject,
            $"This is {name}.",
            headers);

        Assert.Equal(200, await ReceiveAsync(hasNullPath ? mail with { EnvelopeFrom = "" } : mail));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        var notice = Assert.Single(Notices(), m => m.PlainText.Contains($"This is {name}.", StringComparison.Ordinal));
        Assert.StartsWith("A mail came to the unsubscribe address. A program may", notice.PlainText, StringComparison.Ordinal);
        var link = notice.PlainText.Split("Then open https://optout.kruidtuin.example")[1].Split(' ')[0];
        Assert.Equal(200, (await host.OneClickAsync(link["/u/".Length..])).Status);
        await host.LedgerAsync(person, 1);
    }

    // Exchange puts X-Auto-Response-Suppress on mails that people write.
    [Theory]
    [InlineData("token", false, true)]
    [InlineData("own-token", true, true)]
    [InlineData("sender", true, false)]
    public async Task A_persons_mail_that_asks_for_no_automatic_answer_is_a_stop(string name, bool isAuthenticated, bool quotes)
    {
        var person = await host.PutSubjectAsync($"suppress-{name}", [$"suppress-{name}@example.com"]);
        var text = quotes ? $"Stop ermee.\r\n> https://{Host}/u/{await host.TokenAsync($"suppress-{name}")}" : "Stop ermee.";
        const string headers = "X-Auto-Response-Suppress: DR, OOF, AutoReply";
        var (from, to) = ($"suppress-{name}@example.com", $"uitschrijven@{Host}");

        Assert.Equal(
            200,
            await ReceiveAsync(
                isAuthenticated
                    ? Authenticated(from, to, "Re: Nieuws", text, headers)
                    : Plain(from, to, "Re: Nieuws", text, headers)));

        await host.LedgerAsync(person, 1);
    }

    // Mail systems may write a local part in lower case, which no token survives, or cut it.
    [Theory]
    [InlineData("generated", "Auto-Submitted: auto-generated", false, false)]
    [InlineData("listed", "List-Id: <x.example>", true, false)]
    [InlineData("plain", "", false, false)]
    [InlineData("proven", "", true, true)]
    [InlineData("apple", "Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: true", true, true)]
    [InlineData("suppress", "X-Auto-Response-Suppress: OOF", true, true)]
    public async Task A_token_address_in_lower_case_is_passed_on_and_a_proven_writer_is_stopped(
        string name, string headers, bool isAuthenticated, bool isStopped)
    {
        var person = await host.PutSubjectAsync($"lower-{name}", [$"lower-{name}@example.com"]);
        var to = $"u-{(await host.TokenAsync($"lower-{name}")).ToLowerInvariant()}@{Host}";
        var (from, subject, text) = ($"lower-{name}@example.com", "Button", $"Sent by {name}.");

        Assert.Equal(
            200,
            await ReceiveAsync(
                isAuthenticated ? Authenticated(from, to, subject, text, headers) : Plain(from, to, subject, text, headers)));

        await host.QuietAsync();
        Assert.Equal(isStopped ? 1 : 0, (await host.LedgerAsync(person)).Count);
        var notice = Assert.Single(Notices(), m => m.PlainText.Contains(text, StringComparison.Ordinal)).PlainText;
        Assert.StartsWith("Somebody wrote to an unsubscribe address that was changed on its way.", notice, StringComparison.Ordinal);
        Assert.Equal(isStopped, notice.Contains($"The sender, {from}, is unsubscribed.", StringComparison.Ordinal));
        Assert.Equal(!isStopped, notice.Contains("So nothing was recorded.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_generated_mail_whose_To_header_has_the_token_is_a_stop()
    {
        var person = await host.PutSubjectAsync("redirected", ["redirected@example.com"]);
        var to = $"u-{await host.TokenAsync("redirected")}@{Host}";
        var mail = Plain("robot@elsewhere.example", to, "Button", extra: "Auto-Submitted: auto-generated");

        Assert.Equal(200, await ReceiveAsync(mail with { EnvelopeTo = [$"all@{Host}"] }));

        await host.LedgerAsync(person, 1);
    }

    [Fact]
    public async Task A_damaged_token_address_with_our_link_quoted_stops_by_the_link()
    {
        var person = await host.PutSubjectAsync("lower-quoted", ["lower-quoted@example.com"]);
        var token = await host.TokenAsync("lower-quoted");
        var notices = Notices().Length;

        Assert.Equal(
            200,
            await ReceiveAsync(
                Plain("x@elsewhere.example", $"u-{token.ToLowerInvariant()}@{Host}", "unsubscribe", $"> https://{Host}/u/{token}")));

        await host.LedgerAsync(person, 1);
        await host.QuietAsync();
        Assert.Equal(notices, Notices().Length);
    }

    private SendGridSentMail[] Notices() => [.. host.Sandbox.SendGrid.Mails.Where(m => m.To == Privacy)];

    private Task<int?> ReceiveAsync(SendGridInboundMail mail) => host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel);
}
