using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>A proven writer who quotes or forwards a mail is the one to stop, not the person to whom that mail was sent.</summary>
public sealed class ForwardedMailTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string To = $"uitschrijven@{Host}", Ask = "Haal mij hier af, alstublieft.";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("forward", "Fwd: Nieuws", "\r\n---------- Forwarded message ---------\r\nVan: De Kruidtuin\r\nAan: {0}\r\n{1}")]
    [InlineData("quote", "RE: Nieuws", "\r\n> Uitschrijven <{1}>")]
    [InlineData("stop", "STOP", "{1}")]
    public async Task A_customer_who_forwards_somebody_elses_mail_is_stopped_and_the_other_is_not(
        string name, string subject, string quoted)
    {
        var (writer, other) = (await PersonAsync($"writer-{name}"), await PersonAsync($"other-{name}"));
        var text = Ask + quoted.Replace("{0}", $"other-{name}@example.com", StringComparison.Ordinal)
            .Replace("{1}", await LinkAsync($"other-{name}"), StringComparison.Ordinal);

        Assert.Equal(200, await ReceiveAsync(Authenticated($"writer-{name}@example.com", To, subject, text)));

        Assert.Equal(Source.Mailto, Assert.Single(await host.LedgerAsync(writer, 1)).Change.Source);
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(other));

        // The writer may be the other person too, under another address: somebody is told.
        var notice = Assert.Single(Notices(), m => m.PlainText.Contains($"From: writer-{name}@example.com\n", StringComparison.Ordinal));
        Assert.StartsWith(
            "Somebody wants no more marketing, and quotes a mail that was sent to somebody else.\n\n"
                + $"The sender, writer-{name}@example.com, is unsubscribed. Nothing was recorded for anybody else.\n\n"
                + "Does the sender receive your mails at another address too? Then enter that address at "
                + "https://optout.kruidtuin.example/unsubscribe.",
            notice.PlainText,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_who_quotes_their_own_mail_is_stopped_by_its_link()
    {
        var writer = await PersonAsync("own");

        Assert.Equal(200, await ReceiveAsync(Authenticated("own@example.com", To, "Re: Nieuws", $"{Ask}\r\n> {await LinkAsync("own")}")));

        Assert.Equal(7u, Assert.Single(await host.LedgerAsync(writer, 1)).Change.Evidence.Campaign);
        await host.QuietAsync();
        await host.LedgerAsync(writer, 1);
        Assert.DoesNotContain(Notices(), m => m.PlainText.Contains("From: own@example.com\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_several_links_only_the_writers_own_counts()
    {
        var (writer, first, second) = (await PersonAsync("several"), await PersonAsync("several-1"), await PersonAsync("several-2"));

        Assert.Equal(
            200,
            await ReceiveAsync(
                Authenticated(
                    "Several <SEVERAL@Example.com>",
                    To,
                    "Fwd: Nieuws",
                    $"{Ask} {await LinkAsync("several-1")} {await LinkAsync("several")} {await LinkAsync("several-2")}")));

        Assert.Equal(7u, Assert.Single(await host.LedgerAsync(writer, 1)).Change.Evidence.Campaign);
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(first));
        Assert.Empty(await host.LedgerAsync(second));
    }

    // What an unknown writer received was sent to another address: the link's owner is the writer, or gave the link away.
    [Fact]
    public async Task A_writer_nobody_knows_is_stopped_and_so_is_the_owner_of_the_quoted_link()
    {
        var other = await PersonAsync("alias");
        var mail = Authenticated("private@elsewhere.example", To, "Stop", $"{Ask} {await LinkAsync("alias")}");

        Assert.Equal(200, await ReceiveAsync(mail));
        await host.LedgerAsync(other, 1);
        await host.LedgerAsync(host.StandInFor("private@elsewhere.example"), 1);
        await host.QuietAsync();
        Assert.Equal(200, await ReceiveAsync(mail));

        await host.QuietAsync();
        await host.LedgerAsync(other, 1);
        await host.LedgerAsync(host.StandInFor("private@elsewhere.example"), 1);
        Assert.DoesNotContain(Notices(), m => m.PlainText.Contains("private@elsewhere.example", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("envelope")]
    [InlineData("header")]
    public async Task A_token_in_the_address_stops_its_owner_no_matter_who_writes(string where)
    {
        var (writer, owner) = (await PersonAsync($"sends-{where}"), await PersonAsync($"owns-{where}"));
        var mail = Authenticated($"sends-{where}@example.com", $"u-{await host.TokenAsync($"owns-{where}")}@{Host}", "unsubscribe");

        Assert.Equal(200, await ReceiveAsync(where == "header" ? mail with { EnvelopeTo = [To] } : mail));

        await host.LedgerAsync(owner, 1);
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(writer));
    }

    // name, From, DKIM, extra header: WRITER stands for the address that the mail claims.
    public static TheoryData<string, string, string, string> UnprovenWriters => new()
    {
        { "nothing", "WRITER", "none", "" },
        { "dkim-failed", "WRITER", "{@example.com : fail}", "" },
        { "dkim-elsewhere", "WRITER", "{@evil.example : pass}", "" },
        { "two-from", "WRITER", "{@example.com : pass}", "From: x@evil.example" },
        { "two-mailboxes", "WRITER, x@evil.example", "{@example.com : pass, @evil.example : pass}", "" },
        { "comment", "WRITER (x@evil.example)", "{@example.com : pass}", "" },
        { "comment-before", "(<x@evil.example>) WRITER", "{@example.com : pass}", "" },
        { "name-is-an-address", "\"WRITER\" <x@evil.example>", "{@example.com : pass}", "" },
        { "group", "friends: WRITER;", "{@example.com : pass}", "" },
        { "second-address", "<WRITER> <x@evil.example>", "{@example.com : pass, @evil.example : pass}", "" },
        { "encoded", "=?utf-8?q?WRITER?=", "{@example.com : pass}", "" },
        { "route", "<@evil.example:WRITER>", "{@example.com : pass}", "" },
    };

    [Theory]
    [MemberData(nameof(UnprovenWriters))]
    public async Task When_the_writer_is_not_proven_the_quoted_link_stops_its_owner(string name, string from, string dkim, string extra)
    {
        var (writer, other) = (await PersonAsync($"claims-{name}"), await PersonAsync($"quoted-{name}"));
        var mail = Plain($"claims-{name}@example.com", To, "Fwd: Nieuws", $"{Ask} {await LinkAsync($"quoted-{name}")}", extra) with
        {
            Dkim = dkim,
            EnvelopeFrom = "x@evil.example",
        };
        mail = mail with
        {
            Headers = mail.Headers.Replace(
                $"From: claims-{name}@example.com\n",
                $"From: {from.Replace("WRITER", $"claims-{name}@example.com", StringComparison.Ordinal)}\n",
                StringComparison.Ordinal),
        };

        Assert.Equal(200, await ReceiveAsync(mail));

        await host.LedgerAsync(other, 1);
        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(writer));
        Assert.Empty(await host.LedgerAsync(host.StandInFor("x@evil.example")));
    }

    private Task<SubjectKey> PersonAsync(string id) => host.PutSubjectAsync(id, [$"{id}@example.com"]);

    private async Task<string> LinkAsync(string id) => $"https://{Host}/u/{await host.TokenAsync(id, "email", "newsletter", 7)}";

    private SendGridSentMail[] Notices() => [.. host.Sandbox.SendGrid.Mails.Where(m => m.To == "privacy@kruidtuin.example")];

    private Task<int?> ReceiveAsync(SendGridInboundMail mail) => host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel);
}
