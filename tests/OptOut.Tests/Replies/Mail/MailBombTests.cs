using System.Reflection;
using System.Text;
using MimeKit;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Links;
using OptOut.Replies.Mail;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Replies.Mail;

/// <summary>
/// Mails crafted to cost a reader time or memory. The timeout only catches hangs: each mail is read in less than a second.
/// </summary>
public sealed class MailBombTests
{
    private const int Timeout = 300_000, MiB = 1024 * 1024;

    // The largest mail that SendGrid accepts, for the long run; and one large enough to show how memory use grows.
    private const int LargestMail = 30 * MiB, SampleMail = 2 * MiB;

    private const string Delimiter = $"--{SendGridInboundMail.Boundary}";

    private static readonly string Token = new('T', LinkKeyRing.TokenLength);

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(MailBombs.All), MemberType = typeof(MailBombs))]
    public Task Memory_use_grows_no_faster_than_the_mail_and_is_bounded(string field, string beginning, string repeated) =>
        MeasureAsync(field, beginning, repeated, SampleMail, TestContext.Current.CancellationToken);

    // The first of the bombs, because it once took over an hour. The long run reads all of them.
    [Fact(Timeout = Timeout)]
    public Task The_largest_mail_of_repeated_boundaries_is_read() =>
        MeasureAsync("", "", Delimiter, LargestMail, TestContext.Current.CancellationToken);

    [LongFact]
    public async Task The_largest_mails_of_all_kinds_are_read()
    {
        foreach (var bomb in MailBombs.All)
            await MeasureAsync(bomb.Data.Item1, bomb.Data.Item2, bomb.Data.Item3, LargestMail, TestContext.Current.CancellationToken);
    }

    private static async Task MeasureAsync(string field, string beginning, string repeated, int size, CancellationToken cancellationToken)
    {
        var (quarter, whole) = await Task.Run(
            () =>
            {
                var small = Bomb(field, beginning, repeated, size / 4);
                _ = Allocated(small);
                return (Allocated(small), Allocated(Bomb(field, beginning, repeated, size)));
            },
            cancellationToken);

        Assert.InRange(whole, 0, Math.Min(4 * LargestMail, (8 * quarter) + MiB));
    }

    [Theory(Timeout = Timeout)]
    [InlineData("multipart/mixed; boundary=b{0}", "--b{0}\n")]
    [InlineData("message/rfc822", "")]
    public async Task Nesting_thousands_of_levels_deep_does_not_overflow_the_stack(string type, string delimiter)
    {
        var level = $"Content-Type: {type}\n\n{delimiter}";
        var nested = string.Concat(Enumerable.Range(0, 50_000).Select(i => level.Replace("{0}", $"{i}", StringComparison.Ordinal)));
        var bomb = Bomb("email", nested, "x", 4 * 1024 * 1024);

        var mail = await Task.Run(() => Read(bomb).ToMail(DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);

        Assert.Equal("", mail.Text);
    }

    [Theory]
    [InlineData("headers", "Subject: ")]
    [InlineData("email", "Subject: ")]
    public void A_header_section_above_the_limit_is_skipped_and_the_text_is_still_read(string field, string beginning)
    {
        const int fits = MimeInput.MaxHeaders - 1_000;
        var text = field == "headers" ? Part("text", $"/u/{Token}") : "";
        var envelope = Part("envelope", """{"to":["a@b.example"],"from":"jan@example.com"}""");

        var body = field == "email" ? $"\nhttps://x.example/u/{Token}" : "";

        SendGridInboundForm Form(int length)
        {
            var mail = Part(field, $"From: jan@example.com\n{beginning}{new string('s', length)}\n{body}");
            return Read(Encoding.Latin1.GetBytes($"{text}{envelope}{Part("SPF", "pass")}{mail}{Delimiter}--"));
        }

        var (read, refused) = (Form(fits).ToMail(DateTimeOffset.UnixEpoch), Form(fits + 10_000).ToMail(DateTimeOffset.UnixEpoch));

        Assert.True(Form(fits).IsReadable);
        Assert.False(Form(fits + 10_000).IsReadable);
        Assert.Equal(("jan@example.com", null), (read.Headers["From"], refused.Headers["From"]));
        Assert.Equal((true, false), (read.SpfPass, refused.SpfPass));
        Assert.All([read, refused], mail =>
        {
            Assert.Equal([Token], TokenSearch.InTexts(mail.Text));
            Assert.Equal(["a@b.example"], mail.Recipients);
            Assert.Equal(MailOrigin.Person, MailClassifier.Classify(mail));
        });
    }

    [Fact]
    public void A_form_beyond_a_limit_does_not_authenticate_the_sender_and_keeps_what_was_read_before()
    {
        var before = Part("headers", "From: jan@example.com\n") + Part("SPF", "pass") + Part("text", $"/u/{Token}");

        var mails = new[] { new string('x', 2 * MimeInput.MaxHeaders), string.Concat(Enumerable.Repeat(Part("x", ""), 1_000)) }
            .Select(rest => Read(Encoding.Latin1.GetBytes($"{before}{Delimiter}\r\n{rest}\r\n{Delimiter}\r\n"))).ToArray();

        Assert.All(mails, form =>
        {
            Assert.False(form.IsReadable);
            var mail = form.ToMail(DateTimeOffset.UnixEpoch);
            Assert.Equal(("jan@example.com", false), (mail.Headers["From"], mail.SpfPass));
            Assert.Equal([Token], TokenSearch.InTexts(mail.Text));
        });
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\r\n \r\n", true)]
    [InlineData("\nFrom: jan@example.com\n", false)]
    public void A_header_field_after_an_empty_line_leaves_the_sender_unauthenticated(string after, bool isAuthenticated)
    {
        var form = $"{Part("headers", "From: jan@example.com\n" + after)}{Part("SPF", "pass")}{Delimiter}--\r\n";

        var mail = Read(Encoding.Latin1.GetBytes(form)).ToMail(DateTimeOffset.UnixEpoch);

        Assert.Equal(("jan@example.com", isAuthenticated), (mail.Headers["From"], mail.SpfPass));
    }

    // A field above 4 MiB is truncated.
    [Fact]
    public void A_field_is_read_up_to_its_limit()
    {
        var form = Part("text", new string('x', 5 * 1024 * 1024)) + Part("subject", "s") + Delimiter;

        var mail = Read(Encoding.Latin1.GetBytes(form)).ToMail(DateTimeOffset.UnixEpoch);

        Assert.Equal((4 * 1024 * 1024, "s"), (mail.Text.Length, mail.SubjectLine));
    }

    // MimeKit caches every charset name that it looks up in a dictionary that is never cleared.
    [Fact]
    public void An_unknown_charset_name_is_not_cached()
    {
        const string unknown = "x-nobody-knows";
        var value = $"=?{unknown}?q?a?=; charset={unknown}; name*={unknown}''a; x=\"=?{unknown}?q?a?=\"";
        var headers = string.Concat(
            new[] { "Subject: ", "Content-Type: text/plain; ", "Content-Disposition: inline; ", "Content-Transfer-Encoding: " }.Select(
                f => $"{f}{value}\n"));
        string[] forms =
        [
            Part("headers", headers),
            Part("email", $"{headers}\nx"),
            Part("charsets", $$"""{"text":"{{unknown}}"}""") + Part("text", "x"),
            $"{Delimiter}\r\n{headers}\r\nx\r\n",
        ];

        foreach (var form in forms)
            _ = Read(Encoding.Latin1.GetBytes(form)).ToMail(DateTimeOffset.UnixEpoch);

        var charsets = typeof(MimeReader).Assembly.GetType("MimeKit.Utils.CharsetUtils")!;
        var names = charsets.GetField("aliases", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null);
        Assert.DoesNotContain(unknown, Assert.IsType<Dictionary<string, int>>(names).Keys);
    }

    // Parts beside each other, and in each other; the token is in the last.
    [Theory]
    [InlineData(100, 1, true)]
    [InlineData(101, 1, false)]
    [InlineData(10_000, 1, false)]
    [InlineData(1, 8, true)]
    [InlineData(1, 9, false)]
    [InlineData(1, 10_000, false)]
    public void Parts_beyond_the_limits_are_not_read(int parts, int levels, bool isRead)
    {
        var nested = string.Concat(
            Enumerable.Range(0, levels).Select(level => $"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        var mail = $"From: jan@example.com\n{nested}{Repeat($"\nx\n--b{levels - 1}\n", parts - 1)}\n/u/{Token}\n";

        var read = Read(Encoding.Latin1.GetBytes($"{Part("email", mail)}{Delimiter}--\r\n")).ToMail(DateTimeOffset.UnixEpoch);

        Assert.Equal(isRead ? [Token] : [], TokenSearch.InTexts(read.Text));
        Assert.Equal("jan@example.com", read.Headers["From"]);
    }

    [Fact]
    public void Repeated_tokens_cost_no_memory()
    {
        var text = Repeat($"u-{Token} /u/{Token} ", 10_000);
        _ = TokenSearch.InTexts(Token);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal([Token], TokenSearch.InTexts(text));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // A string for each would take 3 MB.
    }

    private static long Allocated(byte[] form)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var mail = Read(form).ToMail(DateTimeOffset.UnixEpoch);
        _ = HtmlText.ToPlainText(mail.Html);
        _ = MailClassifier.Classify(mail);
        _ = Sender.TryVerify(mail, MailWriter.Host, out _);
        _ = mail.Recipients.Count(r => TokenSearch.InAddress(r, MailWriter.Host) is not null);
        _ = TokenSearch.InTexts(
            [mail.SubjectLine, mail.Text, TokenSearch.Plain(mail.Html), .. mail.Headers.All("To"), .. mail.Headers.All("Cc")]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static byte[] Bomb(string field, string beginning, string repeated, int length)
    {
        var bytes = new byte[length];
        var at = Encoding.Latin1.GetBytes(Part("subject", "s") + (field.Length == 0 ? "" : Part(field, "")[..^2]) + beginning, bytes);
        var piece = Encoding.Latin1.GetBytes(repeated);
        for (; at < length; at += piece.Length)
            piece.AsSpan(0, Math.Min(piece.Length, length - at)).CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    private static string Part(string name, string value) =>
        $"{Delimiter}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static SendGridInboundForm Read(byte[] form) => SendGridInboundForm.Read(form, SendGridInboundMail.ContentType);
}
