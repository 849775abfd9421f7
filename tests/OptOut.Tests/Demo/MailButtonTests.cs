using System.Text;
using MimeKit;
using OptOut.Company;
using OptOut.Links;
using OptOut.Local.Mailbox;

namespace OptOut.Tests.Demo;

/// <summary>Whether a mail program shows an unsubscribe button for a raw mail.</summary>
public sealed class MailButtonTests
{
    private const string Target = "https://optout.example.com/u/AbC-_123";
    private const string Post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> MailsWithAButton => new()
    {
        { "plain", $"List-Unsubscribe: <{Target}>\n{Post}" },
        { "the mailto form first", $"List-Unsubscribe: <mailto:u-AbC@optout.example.com>, <{Target}>\n{Post}" },
        { "the mailto form last", $"List-Unsubscribe: <{Target}>, <mailto:u-AbC@optout.example.com>\n{Post}" },
        { "two web addresses: the first", $"List-Unsubscribe: <{Target}>, <https://elsewhere.example.com/u/1>\n{Post}" },
        { "plain http before https", $"List-Unsubscribe: <http://optout.example.com/u/1>, <{Target}>\n{Post}" },
        { "other schemes and a broken address before it", $"List-Unsubscribe: <ftp://x.example.com/>, <no address>, <{Target}>\n{Post}" },
        { "folded between the addresses", $"List-Unsubscribe: <mailto:u-AbC@optout.example.com>,\n <{Target}>\n{Post}" },
        { "folded with a tab", $"List-Unsubscribe:\n\t<{Target}>\n{Post}" },
        { "folded inside the address", "List-Unsubscribe: <https://optout.example.com/u/\n AbC-_123>\n" + Post },
        { "white space inside the brackets", $"List-Unsubscribe: < {Target} >\n{Post}" },
        { "comments everywhere", $"List-Unsubscribe: (leave (for good, <https://no.example.com/>) \\) here) <{Target}> (the web)\n{Post}" },
        {
            "a comment with a comma between two",
            $"List-Unsubscribe: <mailto:a@example.com> (by mail, slower) , (faster) <{Target}>\n{Post}"
        },
        { "text after the address", $"List-Unsubscribe: <{Target}> or write to us\n{Post}" },
        { "header names in other letters", $"LIST-UNSUBSCRIBE: <{Target}>\nlist-unsubscribe-post: list-unsubscribe=one-click\n" },
        {
            "the post header first, with spaces around its value",
            $"List-Unsubscribe-Post:   List-Unsubscribe=One-Click  \nList-Unsubscribe: <{Target}>\n"
        },
        { "an encoded word in a comment", $"List-Unsubscribe: (=?utf-8?q?caf=C3=A9?=) <{Target}>\n{Post}" },
        { "an encoded word after the address", $"List-Unsubscribe: <{Target}>,\n =?utf-8?q?=3Cmailto=3Aa=40example=2Ecom=3E?=\n{Post}" },
        {
            "signed",
            $"DKIM-Signature: v=1; h=From : LIST-Unsubscribe\n  :list-unsubscribe-post; b=x\nList-Unsubscribe: <{Target}>\n{Post}"
        },
        {
            "one of two signatures covers both",
            "DKIM-Signature: v=1; h=from:to; b=x\n"
                + $"DKIM-Signature: h=List-Unsubscribe:List-Unsubscribe-Post;b=x\nList-Unsubscribe: <{Target}>\n{Post}"
        },
    };

    [Theory]
    [MemberData(nameof(MailsWithAButton))]
    public async Task A_button_is_shown_for_every_valid_form_of_the_headers(string description, string headers)
    {
        foreach (var raw in (string[])
        [
            Mail(headers),
            Mail(headers).ReplaceLineEndings("\r\n"),
            "From MAILER-DAEMON Mon Jul  6 12:00:00 2026\n" + Mail(headers),
        ])
        {
            Assert.True(await ButtonOfAsync(raw) == new MailButton.Shown(new Uri(Target), "Offer"), description);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071/u/x")]
    [InlineData("http://localhost:7071/u/x")]
    [InlineData("http://[::1]:7071/u/x")]
    public async Task Plain_http_is_accepted_for_this_machine(string target) =>
        Assert.Equal(new MailButton.Shown(new Uri(target), "Offer"), await ButtonOfAsync(Mail($"List-Unsubscribe: <{target}>\n{Post}")));

    [Theory]
    [InlineData(
        "", "The mail has no List-Unsubscribe header, so a mail client shows no button. Put in both headers that POST /api/links gives.")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1>\nList-Unsubscribe: <https://b.example/u/1>\n" + Post,
        "The mail has 2 List-Unsubscribe headers. Keep one (RFC 2369 section 3): a mail client cannot know which is meant.")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1>\n",
        "The mail has List-Unsubscribe but not List-Unsubscribe-Post, so the link may only be opened, not posted to. "
            + "Add the header 'List-Unsubscribe-Post: List-Unsubscribe=One-Click' (RFC 8058 section 3.1).")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1>\n" + Post + Post,
        "The mail has 2 List-Unsubscribe-Post headers. Keep one, with the value List-Unsubscribe=One-Click (RFC 8058 section 3.1).")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1>\nList-Unsubscribe-Post: One-Click\n",
        "The mail's List-Unsubscribe-Post is 'One-Click'. Write List-Unsubscribe=One-Click and nothing else (RFC 8058 section 3.1).")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click; x=y\n",
        "The mail's List-Unsubscribe-Post is 'List-Unsubscribe=One-Click; x=y'. "
            + "Write List-Unsubscribe=One-Click and nothing else (RFC 8058 section 3.1).")]
    [InlineData(
        "List-Unsubscribe: https://a.example/u/1\n" + Post,
        "No address can be read in the mail's List-Unsubscribe, 'https://a.example/u/1'. Put each between angle brackets, with a "
            + "comma between two, as in '<https://host/u/TOKEN>, <mailto:u-TOKEN@host>' (RFC 2369 section 2).")]
    [InlineData(
        "List-Unsubscribe: <https://a.example/u/1\n" + Post,
        "No address can be read in the mail's List-Unsubscribe, '<https://a.example/u/1'. Put each between angle brackets, with a "
            + "comma between two, as in '<https://host/u/TOKEN>, <mailto:u-TOKEN@host>' (RFC 2369 section 2).")]
    [InlineData(
        "List-Unsubscribe: visit us, <https://a.example/u/1>\n" + Post,
        "No address can be read in the mail's List-Unsubscribe, 'visit us, "
            + "<https://a.example/u/1>'. Put each between angle brackets, with a comma between two, as "
            + "in '<https://host/u/TOKEN>, <mailto:u-TOKEN@host>' (RFC 2369 section 2).")]
    [InlineData(
        "List-Unsubscribe: <mailto:u-1@a.example>\n" + Post,
        "The mail's List-Unsubscribe has no https address, only 'mailto:u-1@a.example'. One-click needs one (RFC 8058 section "
            + "3.1): put in the header that POST /api/links gives.")]
    [InlineData(
        "List-Unsubscribe: <mailto:u-1@a.example>; <https://a.example/u/1>\n" + Post,
        "The mail's List-Unsubscribe has no https address, only 'mailto:u-1@a.example'. One-click needs one (RFC 8058 section "
            + "3.1): put in the header that POST /api/links gives.")]
    [InlineData(
        "List-Unsubscribe: <http://a.example/u/1>\n" + Post,
        "The mail's List-Unsubscribe leads to http://a.example, and mail clients only post to https (RFC 8058 section 3.1). "
            + "Set OptOut:Links:BaseUrl to an https address; plain http only works on this machine.")]
    [InlineData(
        "List-Unsubscribe: <http://127.0.0.1@a.example/u/1>\n" + Post,
        "The mail's List-Unsubscribe leads to http://a.example, and mail clients only post to https (RFC 8058 section 3.1). "
            + "Set OptOut:Links:BaseUrl to an https address; plain http only works on this machine.")]
    public async Task Where_there_is_no_button_the_reason_says_what_mends_it(string headers, string reason) =>
        Assert.Equal(new MailButton.Missing(reason), await ButtonOfAsync(Mail(headers)));

    // As Python's EmailMessage writes a header that it cannot fold.
    [Theory]
    [InlineData(
        "=?utf-8?q?=3Chttps=3A//optout=2Eexample=2Ecom/u/AAAA?=\n "
            + "=?utf-8?q?AAAA=3E=2C_=3Cmailto=3Au-AAAAAAAA=40optout=2Eexample=2Ecom=3E?=")]
    [InlineData("=?utf-8?B?PGh0dHBzOi8vb3B0b3V0LmV4YW1wbGUuY29tL3UvQWJDLV8xMjM+?=")]
    [InlineData("=?US-ASCII*en?Q?=3Chttps=3A//optout=2Eexample=2Ecom/u/AAAA=3E?=")]
    [InlineData("<mailto:u-AbC@optout.example.com>,\n =?utf-8?q?=3Chttps=3A//optout=2Eexample=2Ecom/u/AAAA=3E?=")]
    [InlineData("<=?utf-8?q?https=3A//optout=2Eexample=2Ecom/u/AAAA?=>")]
    [InlineData("<https://optout.example.com/u/\n =?utf-8?q?AAAA?=>")]
    public async Task An_address_in_encoded_words_has_no_button(string list)
    {
        var missing = Assert.IsType<MailButton.Missing>(await ButtonOfAsync(Mail($"List-Unsubscribe: {list}\n{Post}")));

        Assert.Equal(
            "The mail's List-Unsubscribe is written in encoded words (=?utf-8?q?...?=), so no mail program shows a button for this (RFC "
                + "2047 section 5). Write the header as POST /api/links gives it. "
                + "Python's EmailMessage encodes what it cannot fold: create "
                + "the message with policy=email.policy.SMTP.clone(max_line_length=998).",
            missing.Reason);
    }

    [Fact]
    public async Task A_post_header_in_encoded_words_has_no_button() => Assert.StartsWith(
        "The mail's List-Unsubscribe-Post is written in encoded words",
        Assert.IsType<MailButton.Missing>(
            await ButtonOfAsync(
                Mail($"List-Unsubscribe: <{Target}>\nList-Unsubscribe-Post: =?utf-8?q?List-Unsubscribe=3DOne-Click?=\n"))).Reason,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("from:to:subject", "List-Unsubscribe and List-Unsubscribe-Post")]
    [InlineData("from:list-unsubscribe", "List-Unsubscribe-Post")]
    [InlineData("from:List-Unsubscribe-Post:List-Unsubscribe-X", "List-Unsubscribe")]
    [InlineData("", "List-Unsubscribe and List-Unsubscribe-Post")]
    [InlineData("from:list-unsubscribe; b=x\nDKIM-Signature: h=list-unsubscribe-post", "List-Unsubscribe and List-Unsubscribe-Post")]
    public async Task A_signature_that_does_not_cover_both_headers_leaves_no_button(string signed, string uncovered) => Assert.Equal(
        new MailButton.Missing(
            $"The mail's DKIM signature does not cover {uncovered}, so no mail program shows a button for this (RFC 8058 section 4). "
                + "Add both headers to the signature's h= tag."),
        await ButtonOfAsync(
            Mail($"DKIM-Signature: v=1; d=example.com; h={signed}; b=List-Unsubscribe\nList-Unsubscribe: <{Target}>\n{Post}")));

    [Theory]
    [InlineData("List-Unsubscribe: <https://a.example/u/\n 1>\n", "The address in List-Unsubscribe is folded")]
    [InlineData("List-Unsubscribe: <https://a.example/u/\u00e9>\n", "List-Unsubscribe has characters other than ASCII")]
    [InlineData("Received: by mx.example\nList-Unsubscribe: <https://a.example/u/1>\n", "The mail has been delivered without a DKIM")]
    [InlineData(
        "Authentication-Results: mx.example; spf=pass; dkim=fail\nList-Unsubscribe: <https://a.example/u/1>\n",
        "The receiving server could not verify")]
    public async Task What_may_prevent_the_button_is_a_warning(string headers, string warning)
    {
        using var mail = await MailFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Mail(headers + Post))), Cancel);

        Assert.IsType<MailButton.Shown>(MailButton.From(mail));
        Assert.StartsWith(warning, Assert.Single(MailButtonWarnings.Of(mail)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("List-Unsubscribe: <https://a.example/u/1>,\n <mailto:a@a.example>\n")]
    [InlineData(
        "Received: by mx.example\nAuthentication-Results: mx.example; dkim=pass\n"
            + "DKIM-Signature: h=list-unsubscribe:list-unsubscribe-post\nList-Unsubscribe: <https://a.example/u/1>\n")]
    public async Task A_mail_that_is_in_order_has_no_warning(string headers)
    {
        using var mail = await MailFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Mail(headers + Post))), Cancel);

        Assert.Empty(MailButtonWarnings.Of(mail));
    }

    [Fact]
    public async Task A_header_line_above_the_limit_is_a_warning()
    {
        var headers = $"List-Unsubscribe: <https://a.example/u/{new string('1', 1_000)}>\n";
        using var mail = await MailFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Mail(headers + Post))), Cancel);

        Assert.StartsWith("List-Unsubscribe has a line longer", Assert.Single(MailButtonWarnings.Of(mail)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("Dear customer, thank you for your order.\nRegards\n")]
    [InlineData("{\"to\": \"a@example.com\"}")]
    [InlineData("<!DOCTYPE html><html><body>From: nobody</body></html>")]
    [InlineData("Key: value\n\nA file of settings, say.\n")]
    [InlineData("%PDF-1.7\n\u0000\u0001\u0002")]
    public async Task Text_that_is_not_a_mail_is_refused(string raw) =>
        await Assert.ThrowsAsync<NotAMailException>(() => ButtonOfAsync(raw));

    [Theory]
    [InlineData("quoted-printable", "Grüße =3D and a very long line =\nthat goes on\n", "utf-8")]
    [InlineData("base64", "R3LDvMOfZQ==\n", "utf-8")]
    [InlineData("8bit", "Grüße\n", "utf-8")]
    [InlineData("7bit", "Gr\n", "us-ascii")]
    public async Task The_headers_are_read_whatever_the_encoding_of_the_body(string encoding, string body, string charset)
    {
        var headers = $"List-Unsubscribe: <{Target}>\n{Post}MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
            + $"Content-Transfer-Encoding: {encoding}\n";

        Assert.Equal(new MailButton.Shown(new Uri(Target), "Offer"), await ButtonOfAsync(Mail(headers, body)));
    }

    [Fact]
    public async Task A_header_inside_the_body_is_ignored() =>
        Assert.IsType<MailButton.Missing>(await ButtonOfAsync(Mail("", $"List-Unsubscribe: <{Target}>\n{Post}")));

    [Theory]
    [InlineData("nl", "Ik schrijf me uit voor alle communicaties")]
    [InlineData("fr", "Je me désinscris de toutes les communications")]
    [InlineData("de", "Ich melde mich von allen Mitteilungen ab")]
    [InlineData("en", "I unsubscribe from all communications")]
    public async Task The_generated_mail_has_the_button_and_has_the_link_in_both_bodies(string language, string words)
    {
        var at = new DateTimeOffset(2026, 7, 6, 12, 0, 0, TimeSpan.FromHours(2));
        var link = new LinkForms(
            new Uri(Target), "u-AbC@optout.example.com", $"<{Target}>, <mailto:u-AbC@optout.example.com>", LinkHeaders.OneClick, []);
        using var mail = MarketingMail.Build(
            new MailboxAddress("De Kruidtuin", "offers@kruidtuin.example"),
            new MailboxAddress("Zoë", "zoe@post.example"),
            link,
            Language.Find(language)!,
            at);
        using var raw = new MemoryStream();
        await mail.WriteToAsync(raw, Cancel);
        raw.Position = 0;

        using var read = await MailFile.ReadAsync(raw, Cancel);

        Assert.Equal(new Uri(Target), Assert.IsType<MailButton.Shown>(MailButton.From(read)).Target);
        Assert.Equal(
            "De Kruidtuin <offers@kruidtuin.example>", Assert.Single(read.From).ToString().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal("zoe@post.example", Assert.Single(read.To.Mailboxes).Address);
        Assert.Equal(at, read.Date);
        Assert.EndsWith("@kruidtuin.example", read.MessageId, StringComparison.Ordinal);
        Assert.Equal(language, read.Body!.Headers[HeaderId.ContentLanguage]);
        Assert.EndsWith($"-- \n{words}: {Target}\n", read.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"""<html lang="{language}">""", read.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"""<a href="{Target}">{System.Net.WebUtility.HtmlEncode(words)}</a>""", read.HtmlBody, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(read.Subject));
    }

    private static string Mail(string headers, string body = "Buy now.\n") =>
        "From: De Kruidtuin <offers@kruidtuin.example>\nTo: a@post.example\nSubject: Offer\n"
            + $"Date: Mon, 6 Jul 2026 12:00:00 +0200\n{headers}\n{body}";

    private static async Task<MailButton> ButtonOfAsync(string raw)
    {
        using var mail = await MailFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(raw)), Cancel);
        return MailButton.From(mail);
    }
}
