using System.Text.RegularExpressions;
using OptOut.Local.Commands;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

/// <summary>The output of the unsubscribe command.</summary>
public sealed partial class UnsubscribeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_press_shows_the_request_and_the_answer()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var (exit, output, error) = await RunAsync(Save(server.Port));

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(
            """
            Pressing the button of "Offer".

              POST /u/x HTTP/1.1
              Host: 127.0.0.1:PORT
              Content-Type: multipart/form-data; boundary="BOUNDARY"
              Content-Length: 140
              
              --BOUNDARY
              Content-Disposition: form-data; name="List-Unsubscribe"
              
              One-Click
              --BOUNDARY--

            Answered 200 in N ms: the unsubscribe is recorded.

            """.ReplaceLineEndings("\n"),
            Generic(output, server.Port));
    }

    [Theory]
    [InlineData(
        "503 Service Unavailable\r\nRetry-After: 30",
        "Answered 503 in N ms: it could not be recorded now, so nothing has changed. Try again in 30 seconds.")]
    [InlineData("503 Service Unavailable", "Answered 503 in N ms: it could not be recorded now, so nothing has changed. Try again later.")]
    [InlineData(
        "404 Not Found",
        "Answered 404 in N ms: the server does not know this link. The link was truncated, or generated with other data. "
            + "Nothing has changed; http://127.0.0.1:PORT/unsubscribe accepts an address instead.")]
    [InlineData(
        "302 Found\r\nLocation: /done",
        "Answered 302 in N ms: a redirect, which RFC 8058 section 3.1 forbids and a mail program does not follow. Nothing has changed.")]
    [InlineData("500 Internal Server Error", "Answered 500 in N ms: anything but 2xx counts as not recorded.")]
    public async Task An_answer_other_than_2xx_is_explained_and_reported_as_a_failure(string answer, string message)
    {
        using var server = new RawServer($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");

        var (exit, _, error) = await RunAsync(Save(server.Port));

        Assert.Equal((1, message), (exit, Generic(error, server.Port).Trim()));
    }

    [Fact]
    public async Task If_nothing_listens_the_error_says_how_to_start_OptOut()
    {
        int port;
        using (var server = new RawServer(""))
            port = server.Port;

        var (exit, _, error) = await RunAsync(Save(port));

        Assert.Equal(
            (
                1,
                $"No server answers at 127.0.0.1:{port}. Start OptOut there first (dotnet run --project functions/OptOut.Local), with "
                    + "the data it had when this mail was generated.\n"),
            (exit, error));
    }

    [Fact]
    public async Task The_error_for_a_missing_file_says_how_to_get_one()
    {
        var (exit, output, error) = await RunAsync("nothing here.eml");

        Assert.Equal(
            (
                1,
                "",
                "nothing here.eml does not exist. Save the message in your mail program (as .eml, or the text "
                    + "of \"show original\") and give that file.\n"),
            (exit, output, error));
    }

    [Fact]
    public async Task The_error_for_a_file_that_is_not_a_mail_says_how_to_get_one()
    {
        var path = Path.Combine(_folder.Path, "notes.txt");
        await File.WriteAllTextAsync(path, "Do not forget the milk.\n", TestContext.Current.CancellationToken);

        var (exit, _, error) = await RunAsync(path);

        Assert.Equal(
            (
                1,
                $"{path}: This is not a mail: it does not begin with headers such as From and Date. Save the whole message (as .eml, "
                    + "or the text of \"show original\") and give that file.\n"),
            (exit, error));
    }

    [Fact]
    public async Task A_mail_without_the_headers_is_refused_with_the_reason()
    {
        var (exit, output, error) = await RunAsync(Save("List-Unsubscribe: <https://a.example/u/1>\n"));

        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith("The mail has List-Unsubscribe but not List-Unsubscribe-Post", error, StringComparison.Ordinal);
    }

    // The header as Python's EmailMessage writes it, unless it is told not to.
    [Fact]
    public async Task A_mail_whose_header_is_in_encoded_words_is_refused_and_nothing_is_pressed()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var (exit, output, error) = await RunAsync(
            Save(
                $"List-Unsubscribe: =?utf-8?q?=3Chttp=3A//127=2E0=2E0=2E1=3A{server.Port}/u/AAAA?=\n =?utf-8?q?AAAAAAAAA=3E?=\n"
                    + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"));

        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("no mail program shows a button for this", error, StringComparison.Ordinal);
        Assert.Contains("policy=email.policy.SMTP.clone(max_line_length=998)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_does_not_prevent_the_press()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        var (exit, output, error) = await RunAsync(
            Save($"List-Unsubscribe: <http://127.0.0.1:{server.Port}/\n u/x>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"));

        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith(
            "Warning: The address in List-Unsubscribe is folded, and some mail programs take the white space into it. Keep each address on "
                + "one line.\n\nPressing the button of \"Offer\".\n",
            output,
            StringComparison.Ordinal);
        Assert.Contains("the unsubscribe is recorded.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_button_that_posts_to_another_machine_is_not_pressed_without_permission()
    {
        var (exit, output, error) = await RunAsync(
            Save("List-Unsubscribe: <https://optout.example.com/u/1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"));

        Assert.Equal((1, ""), (exit, output));
        Assert.Equal(
            "This mail's button posts to optout.example.com, which is not this machine: pressing it really unsubscribes someone "
                + "there. If that is your intention, add --allow-host optout.example.com.\n",
            error);
    }

    [Fact]
    public async Task Allowing_one_host_allows_no_other()
    {
        var mail = Save("List-Unsubscribe: <https://optout.example.com/u/1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n");

        var (exit, _, error) = await RunAsync(mail, "--allow-host", "example.com");

        Assert.Equal(1, exit);
        Assert.EndsWith("add --allow-host optout.example.com.\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_button_that_posts_to_an_allowed_host_is_pressed()
    {
        // 0.0.0.0 does not count as a loopback address, but it reaches only this machine, and nothing listens on the port.
        var mail = Save("List-Unsubscribe: <https://0.0.0.0:1/u/1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n");

        var (exit, output, error) = await RunAsync(mail, "--allow-host", "0.0.0.0");

        Assert.Equal(1, exit);
        Assert.StartsWith("Pressing the button of \"Offer\".", output, StringComparison.Ordinal);
        Assert.StartsWith("0.0.0.0:1 cannot be reached: ", error, StringComparison.Ordinal);
    }

    private string Save(int port) =>
        Save($"List-Unsubscribe: <http://127.0.0.1:{port}/u/x>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n");

    private string Save(string headers)
    {
        var path = Path.Combine(_folder.Path, "offer of may.eml");
        File.WriteAllText(path, $"From: offers@kruidtuin.example\nSubject: Offer\n{headers}\nBuy now.\n");
        return path;
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        return (await CommandRunner.MainAsync(["unsubscribe", .. args], output, error), output.ToString(), error.ToString());
    }

    private static string Generic(string text, int port) =>
        Boundary().Replace(Elapsed().Replace(text, " N ms"), "BOUNDARY").Replace($":{port}", ":PORT", StringComparison.Ordinal);

    [GeneratedRegex(@" [\d,]+ ms", RegexOptions.None, 1000)]
    private static partial Regex Elapsed();

    [GeneratedRegex("----=_[0-9a-f]{24}", RegexOptions.None, 1000)]
    private static partial Regex Boundary();
}
