using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OptOut.Emulators.Sandbox;
using OptOut.Local.Commands;
using OptOut.Local.Composition;
using OptOut.Tests.CommandLine;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

public sealed partial class DemoCommandTests : IDisposable
{
    private readonly TemporaryFolder _reports = new();

    public void Dispose() => _reports.Dispose();

    [Fact]
    public async Task The_story_is_told_to_its_end_each_step_with_its_figure()
    {
        var (exit, output, error) = await RunAsync(new DemoSettings());

        Assert.True((exit, error) == (0, ""), error);
        Assert.Equal(
            """
            OptOut, from one press to the proof of it. All of it runs on this machine, and nobody in it exists.

            A mail goes out
            1 Storage, messages, a SendGrid and OptOut itself have started N ms
            2 De Kruidtuin registers Anna: an e-mail address, a phone, a home N ms
            3 It asks for her link, and gets both mail headers ready to paste N ms
            4 It writes her a mail; a mail program reads it and shows the button N bytes

            Nothing happens by accident
            5 May De Kruidtuin mail Anna? yes
            6 A scanner follows the link (GET, HEAD, an empty POST) 0 entries
            7 A made-up link is refused, with a form to get out all the same 404, 0 entries

            One press
            8 Anna presses unsubscribe: her mail program posts, and is answered N ms
            9 May De Kruidtuin reach Anna, by mail, SMS, phone or post? no, after N ms
            10 SendGrid confirms: she is on its global list and its 3 groups time-to-stop N ms
            11 Anna is told, in Dutch: "De Kruidtuin: U bent uitgeschreven" after N ms

            Proof
            12 Her ledger is read back and every hash in it computed again 1 entry, chain intact
            13 The same press again, twice: nothing is added 1 entry, chain intact
            14 20 others press at once, and SendGrid confirms every one within N ms
            15 Everybody who pressed got one confirmation, and no second 21 mails

            Drift, and the nightly comparison
            16 Bram unsubscribes at SendGrid, and its message to us gets lost 1 unknown to us
            17 Somebody deletes Anna from SendGrid's global list by hand 1 unknown to SendGrid
            18 The nightly comparison finds both, and mails its report 2 found, N s
            19 Bram is stopped here as well, and on SendGrid's other lists 1 repaired, 4 lists
            20 Anna is on SendGrid's global list again 1 repaired, 4 lists
            21 The comparison runs again, and finds nothing 0 found, N s
            22 From press to SendGrid's confirmation: half of them / 95 % / slowest N / N / N ms

            Every step went as it should. All together: N s.
            The comparison's report, as the privacy officer gets it: REPORT

            """.ReplaceLineEndings("\n"),
            Generic(output));
        Assert.Contains("2 differences were found and repaired.", await File.ReadAllTextAsync(Report, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendor_that_refuses_ends_the_story_with_the_step_what_it_expected_and_what_it_saw()
    {
        var (exit, output, error) = await RunAsync(new DemoSettings
        {
            Timeout = TimeSpan.FromSeconds(20),
            AfterStart = (system, _) => FailAsync(system, new SandboxFailure(SandboxFailureKind.Status, Status: 403, Message: "access forbidden", Containing: "/v3/asm/")),
        });

        Assert.Equal(1, exit);
        Assert.EndsWith("\n10 SendGrid confirms: she is on its global list and its 3 groups FAILED\n", Generic(output), StringComparison.Ordinal);
        Assert.StartsWith("\nStep 10 failed: SendGrid confirms: she is on its global list and its 3 groups\n  expected: SendGrid's confirmation\n  seen:     Rejected", error, StringComparison.Ordinal);
        Assert.Contains("  the log's latest warnings:\n    Error, ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Report));
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_story_at_its_first_step()
    {
        using var taken = new RawServer("");

        var (exit, _, error) = await RunAsync(new DemoSettings(), "--port", $"{taken.Port}");

        Assert.Equal(1, exit);
        Assert.StartsWith(
            $"\nStep 1 failed: Storage, messages, a SendGrid and OptOut itself have started\n  expected: everything to start\n  seen:     Port {taken.Port}, for the functions, is in use on this machine. Stop what uses it, or choose another with --port (0: a free one).\n",
            error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_halfway_it_says_so_and_leaves_nothing_behind()
    {
        var folder = "";
        using var stop = new CancellationTokenSource();

        var (exit, output, error) = await RunAsync(
            new DemoSettings
            {
                AfterStart = (_, data) =>
                {
                    folder = data;
                    return stop.CancelAsync();
                },
            },
            stop.Token);

        Assert.Equal((1, "Stopped before the end: nothing is proven by this run.\n"), (exit, error));
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.StartsWith(Path.GetTempPath(), folder, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private string Report => Path.Combine(_reports.Path, "report.html");

    private Task<(int Exit, string Output, string Error)> RunAsync(DemoSettings settings, params string[] options) => RunAsync(settings, TestContext.Current.CancellationToken, options);

    private async Task<(int Exit, string Output, string Error)> RunAsync(DemoSettings settings, CancellationToken stop, params string[] options)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await OptOut.Local.Commands.Demo.RunAsync(Line.Read(["demo", .. options]), output, error, settings with { ReportFolder = _reports.Path }, stop);
        return (exit, output.ToString(), error.ToString());
    }

    private static async Task FailAsync(LocalSystem system, SandboxFailure failure)
    {
        using var http = new HttpClient();
        (await http.PostAsJsonAsync(new Uri(system.Sandbox, "/sandbox/sendgrid/failures"), failure)).EnsureSuccessStatusCode();
    }

    private string Generic(string output) =>
        Figure().Replace(Space().Replace(output.Replace(Report, "REPORT", StringComparison.Ordinal), " "), "N").Replace("\n ", "\n", StringComparison.Ordinal);

    [GeneratedRegex("  +", RegexOptions.None, 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"(?<= )[\d,.]+(?= (?:ms|bytes|s\b|/))", RegexOptions.None, 1000)]
    private static partial Regex Figure();
}
