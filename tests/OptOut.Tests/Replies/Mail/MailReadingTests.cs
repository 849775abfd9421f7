using System.Text;
using CsCheck;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Links;
using OptOut.Replies.Mail;
using OptOut.Vendors.SendGrid;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>What is read from a mail, whatever it contains.</summary>
public sealed class MailReadingTests
{
    private static readonly string Token = new('T', LinkKeyRing.TokenLength);

    [Fact]
    public void Folded_fields_become_one_line_and_invalid_lines_do_not_affect_the_others()
    {
        var headers = Headers(
            "From jan@example.com Sat Jan  3 01:05:34\r\nSubject: a\r\n\tb\n c\r\n: nothing\nno colon\nFrom :\u2028From: x\r\n"
                + "X-Y:\r\nfrom: second\r\nContent-Type: multipart/mixed; boundary=\"a;b\" ; charset = utf-8");

        Assert.Equal("a\tb c", headers["SUBJECT"]);
        Assert.Equal(["From: x", "second"], headers.All("From"));
        Assert.Equal("", headers["x-y"]);
        Assert.Null(headers["no colon"]);
        Assert.Equal(
            ("multipart/mixed", "a;b", "utf-8"),
            (headers.ContentType!.MimeType, headers.ContentType.Boundary, headers.ContentType.Charset));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("\n From: jan@example.com\n")]
    [InlineData(" From: jan@example.com\r\n")]
    [InlineData("no field")]
    [InlineData("\ufeffFrom: jan@example.com\r\n")]
    public void Text_that_is_not_a_header_section_has_no_fields(string text) => Assert.Empty(Headers(text).All("From"));

    [Fact]
    public void Encoded_words_and_raw_bytes_are_not_decoded_into_an_address()
    {
        Assert.Equal("jan@exam\rple.com", Headers("From: jan@exam\rple.com\n")["From"]);
        var headers = Headers("From: =?utf-8?q?victim=40bank=2Eexample=3E=2C?= <it's@evil.example>\r\nSubject: caf\u00e9?\r\nlast: line");

        Assert.Equal("=?utf-8?q?victim=40bank=2Eexample=3E=2C?= <it's@evil.example>", headers["From"]);
        Assert.Equal(("caf\u00e9?", "line"), (headers["Subject"], headers["Last"]));
    }

    // The header fields of a mail, its body, and the text and HTML that are read from it.
    [Theory]
    [InlineData("", "plain", "plain\n", "")]
    [InlineData("Content-Type:", "no type", "no type\n", "")]
    [InlineData("Content-Type: text", "half a type", "half a type\n", "")]
    [InlineData("Content-Type: text/html", "<p>", "", "<p>\n")]
    [InlineData(
        "Content-Type: TEXT/Plain; charset=\"iso-8859-15\"\nContent-Transfer-Encoding: Quoted-Printable",
        "5 =A4=\n=G!",
        "5 \u20ac=G!\n",
        "")]
    [InlineData("Content-Type: text/plain; charset=windows-1252", "\u0093stop\u0094", "\u201cstop\u201d\n", "")]
    [InlineData("Content-Type: text/plain; charset=utf-7", "+AGEAYg- \u00e9", "+AGEAYg- \u00e9\n", "")]
    [InlineData("Content-Type: text/plain; charset=\"x'?\u00e9\"", "\u00e9", "\u00e9\n", "")]
    [InlineData("Content-Transfer-Encoding: base64", "c3Rvc?CB\n!tYWls", "stop mail\n", "")]
    [InlineData("Content-Transfer-Encoding: nobody knows", "c3RvcA==", "c3RvcA==\n", "")]
    [InlineData("Content-Length: 2", "all of it", "all of it\n", "")]
    [InlineData("Content-Type: image/png", "PNG", "", "")]
    [InlineData("Content-Disposition: attachment; filename=a.txt", "attached", "", "")]
    [InlineData("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", "U3ViamVjdDogYQoKaW5zaWRl", "inside\n", "")]
    [InlineData(
        "Content-Type: multipart/mixed; boundary=\"it's a?\"",
        "--it's a?\n\none\n--it's a? \n\ntwo\n--it's a?--\nepilogue",
        "one\ntwo\n",
        "")]
    [InlineData("Content-Type: multipart/mixed; boundary=b; junk", "--b\n\none\n--b--", "--b\n\none\n--b--", "")]
    [InlineData("Content-Disposition: (\nContent-Disposition: attachment", "first counts", "first counts\n", "")]
    [InlineData("Content-Type: multipart/digest; boundary=b", "--b\n\nSubject: a\n\nin a digest\n--b--", "in a digest\n", "")]
    public void A_raw_mail_is_read_as_mail_programs_read_it(string headers, string body, string text, string html) =>
        Assert.Equal(
            (text, html), Read(Encoding.Latin1.GetBytes($"From: jan@example.com\n{headers}{(headers.Length > 0 ? "\n" : "")}\n{body}")));

    [Theory]
    [InlineData("<p>a<br/>b</p>", "a b")]
    [InlineData("<STYLE>p{}</STYLE><script>x()</script><!-- c --><title>t</title>b", "t b")]
    [InlineData("&eacute;&amp;&#8364; <b", "\u00e9&\u20ac")]
    public void HTML_is_reduced_to_the_text_a_person_sees(string html, string words) => Assert.Equal(words, HtmlText.ToPlainText(html));

    [Theory]
    [InlineData("jan@example.com", "jan@example.com")]
    [InlineData("Jan Peeters <Jan@Example.com>", "jan@example.com")]
    [InlineData("\"victim@bank.example\" <evil@evil.example>", "evil@evil.example")]
    [InlineData("\"Peeters, Jan\" <jan@example.com>", "jan@example.com")]
    [InlineData("=?utf-8?Q?J=C3=A4n?= <jan@example.com>", "jan@example.com")]
    [InlineData("=?bad?X?%%?= <jan@example.com>", "jan@example.com")]
    [InlineData("a@example.com, b@example.com", null)]
    [InlineData("<a@example.com> <b@example.com>", null)]
    [InlineData("friends: a@example.com, b@example.com;", null)]
    [InlineData("a@example.com <b@example.com> c", null)]
    [InlineData("\"a \\\" <evil@evil.example>, \" <jan@example.com>", "jan@example.com")]
    [InlineData("\"open <jan@example.com>", null)]
    [InlineData("jan@example.com (also evil@evil.example)", null)]
    [InlineData("nobody", null)]
    [InlineData("<>", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Only_a_From_header_with_exactly_one_mailbox_yields_a_sender(string? from, string? sender) =>
        Assert.Equal(sender, Sender.TryRead(from, out var address) ? address.Value : null);

    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("mail.Example.com", "example.COM", true)]
    [InlineData("example.com", "a.b.example.com", true)]
    [InlineData("evilexample.com", "example.com", false)]
    [InlineData("a.example.com", "b.example.com", false)]
    [InlineData("com", "example.com", false)]
    [InlineData("example.com", "com", false)]
    [InlineData("", "example.com", false)]
    public void Domains_are_aligned_when_they_are_equal_or_one_is_a_subdomain_of_the_other(string one, string other, bool aligned)
    {
        Assert.Equal(aligned, Sender.Aligned(one, other));
        Assert.Equal(aligned, Sender.Aligned(other, one));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{@a.example : pass} {@b.example : pass}")]
    [InlineData("@a.example : pass")]
    [InlineData("{\"x\"@a.example : pass}")]
    [InlineData("{@a.example : fail (x, @b.example : pass)}")]
    [InlineData("{@a.example : fail}\n{@b.example : pass}")]
    public void A_DKIM_field_that_is_not_a_well_formed_list_of_results_proves_nothing(string field) =>
        Assert.Empty(SendGridVerdicts.DkimDomains(field, MailHeaders.None));

    [Fact]
    public void A_limited_number_of_candidate_tokens_is_returned_and_each_only_once()
    {
        var many = string.Concat(Enumerable.Range(0, 1_000).Select(i => $" /u/{i:D58}"));

        Assert.Equal(TokenSearch.MaxCandidates, TokenSearch.InTexts(many, Token).Count);
        Assert.Equal([Token], TokenSearch.InTexts($"/u/{Token} %2fU%2f{Token} u-{Token}@x", $"/u/{Token}"));
        Assert.Empty(TokenSearch.InTexts($"/u/{Token[1..]}", $"/u/{Token[1..]}.T", $"/u/{Token[1..]} \u00e9T", "/u/"));
    }

    [Fact]
    public void A_mail_full_of_unfinished_tokens_and_tags_is_read_quickly()
    {
        var started = TimeProvider.System.GetTimestamp();
        foreach (var piece in new[] { "/u/", "/u/\n> ", "u-", "%2Fu%2F=\r\n", "<style", "<" })
        {
            var text = string.Concat(Enumerable.Repeat(piece, 4 * 1024 * 1024 / piece.Length));
            Assert.InRange(TokenSearch.InTexts(text).Count, 0, 1);
            Assert.NotNull(HtmlText.ToPlainText(text));
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 30);
    }

    // No input from a stranger may make the endpoint fail: a mail that fails is retried for three days and then lost.
    [Fact]
    public void Reading_does_not_fail_on_any_input()
    {
        byte[][] seeds =
        [
            Authenticated("Jan <jan@example.com>", $"u-{Token}@{Host}", "=?utf-8?B?w6k=?=", $"https://{Host}/u/{Token}").ToForm(),
            Raw(
                "jan@example.com",
                $"x@{Host}",
                "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64",
                "--b\r\nContent-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9=\r\n"
                    + "=G\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nAAA=\r\n--b--").ToForm(),
            Encoding.UTF8.GetBytes(
                "--xYzZY\r\nContent-Disposition: form-data; name=\"envelope\"\r\n\r\n{\"to\":[null,\"\\ud800\"],\"from\":null}\r\n"
                    + "--xYzZY\r\nContent-Disposition: form-data; name=\"charsets\"\r\n\r\n{\"text\":\"utf-7\",\"subject\":7}\r\n"
                    + "--xYzZY--"),
        ];
        var mutation = Gen.Select(
            Gen.Int[0, seeds.Length - 1],
            Gen.Select(Gen.Int[0, 4_000], Gen.Byte, Gen.Int[0, 3]).Array[0, 12],
            (seed, edits) => (seed, edits));

        mutation.Sample(
            m =>
            {
                var body = seeds[m.seed].ToList();
                foreach (var (at, value, kind) in m.edits)
                {
                    var i = at % Math.Max(1, body.Count);
                    if (kind == 0 && body.Count > 1)
                        body.RemoveRange(i, Math.Min(value, body.Count - i));
                    else if (kind == 1 && body.Count > 0)
                        body.InsertRange(i, body.GetRange(i, Math.Min(value, body.Count - i)));
                    else if (body.Count > 0)
                        body[i] = value;
                }

                var mail = SendGridInboundForm.Read(body.ToArray(), SendGridInboundMail.ContentType).ToMail(DateTimeOffset.UnixEpoch);
                _ = MailClassifier.Classify(mail);
                _ = Sender.TryVerify(mail, Host, out _);
                _ = TokenSearch.InTexts([mail.SubjectLine, mail.Text, TokenSearch.Plain(mail.Html), .. mail.Recipients]);
                _ = HtmlText.ToPlainText(mail.Html);
                Assert.InRange(mail.Key.Length, 1, 1_010);
            },
            iter: 5_000);
    }

    // MimeKit passes on a line of more than 4 KiB that is no field, and a mail may end with it.
    [Theory]
    [InlineData(4_000)]
    [InlineData(4_224)]
    [InlineData(9_000)]
    [InlineData(100_000)]
    public void A_long_line_without_a_colon_is_no_field(int length)
    {
        var line = new string('{', length);

        Assert.Empty(Headers(line).All(line));
        Assert.Equal("jan@example.com", Headers($"From: jan@example.com\r\n{line}")["From"]);
        Assert.Contains(line, MailText.Read(Encoding.ASCII.GetBytes($"Subject: x\r\n\r\n{line}")).Text, StringComparison.Ordinal);
    }

    private static MailHeaders Headers(string text) => MimeScan.OfMail(Encoding.UTF8.GetBytes(text), maxDepth: 1, maxLeaves: 1).Headers!;

    private static (string Text, string Html) Read(byte[] mail)
    {
        var (_, text, html) = MailText.Read(mail);
        return (text, html);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public void The_notice_limit_is_validated_at_startup(int limit) => Assert.Equal(
        $"OptOut:Mailto:NoticesPerHour is {limit}; give 1 to 1000: a mail that nobody reads is an opt-out lost.",
        Assert.Single(new MailtoOptionsValidator().Validate(null, new MailtoOptions { NoticesPerHour = limit }).Failures!));
}
