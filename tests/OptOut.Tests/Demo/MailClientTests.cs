using System.Net;
using System.Text.RegularExpressions;
using OptOut.Local.Mailbox;

namespace OptOut.Tests.Demo;

public sealed partial class MailClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_press_posts_one_multipart_field_and_nothing_about_the_person()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a=b\r\n\r\n");
        using var client = new MailClient(TimeProvider.System);

        var answer = await client.PressAsync(
            new(new Uri($"http://user:secret@127.0.0.1:{server.Port}/u/x?y=1#z"), ""), OneClickEncoding.Multipart, Cancel);

        var sent = await server.ReceivedAsync();
        Assert.Equal(answer.Request, sent);
        var boundary = Boundary().Match(sent).Groups["boundary"].Value;
        Assert.Equal(
            $"POST /u/x?y=1 HTTP/1.1\nHost: 127.0.0.1:{server.Port}\n"
            + $"Content-Type: multipart/form-data; boundary=\"{boundary}\"\nContent-Length: 140\n\n"
            + $"--{boundary}\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\n\nOne-Click\n--{boundary}--\n",
            sent.ReplaceLineEndings("\n"));
        Assert.Equal((HttpStatusCode.OK, true), (answer.Status, answer.IsSuccess));
        Assert.True(answer.Elapsed > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_press_can_be_URL_encoded()
    {
        using var server = new RawServer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        using var client = new MailClient(TimeProvider.System);

        var answer = await client.PressAsync(new(new Uri($"http://127.0.0.1:{server.Port}/u/x"), ""), OneClickEncoding.UrlEncoded, Cancel);

        Assert.Equal(
            $"POST /u/x HTTP/1.1\nHost: 127.0.0.1:{server.Port}\nContent-Type: application/x-www-form-urlencoded\n"
                + "Content-Length: 26\n\nList-Unsubscribe=One-Click",
            (await server.ReceivedAsync()).ReplaceLineEndings("\n"));
        Assert.Equal((answer.Request, true), (await server.ReceivedAsync(), answer.IsSuccess));
    }

    [Fact]
    public async Task A_cookie_is_not_kept_for_the_next_press()
    {
        using var first = new RawServer(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: who=anna; Path=/\r\nConnection: close\r\n\r\n");
        using var second = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var client = new MailClient(TimeProvider.System);

        await client.PressAsync(new(new Uri($"http://127.0.0.1:{first.Port}/u/x"), ""), OneClickEncoding.Multipart, Cancel);
        await client.PressAsync(new(new Uri($"http://127.0.0.1:{second.Port}/u/x"), ""), OneClickEncoding.Multipart, Cancel);

        Assert.DoesNotContain("Cookie", await second.ReceivedAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var server = new RawServer("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        using var client = new MailClient(TimeProvider.System);

        var answer = await client.PressAsync(new(new Uri($"http://127.0.0.1:{server.Port}/u/x"), ""), OneClickEncoding.Multipart, Cancel);

        Assert.Equal((HttpStatusCode.Found, false), (answer.Status, answer.IsSuccess));
    }

    [GeneratedRegex("boundary=\"(?<boundary>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Boundary();
}
