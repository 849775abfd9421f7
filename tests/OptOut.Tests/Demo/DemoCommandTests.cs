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
    public async Task The_demo_runs_to_its_end_and_prints_each_step_with_its_figure()
    {
        var (exit, output, error) = await RunAsync(new DemoSettings());

        Assert.True((exit, error) == (0, ""), error);
        Assert.Equal(
            """
            OptOut, from one click on Unsubscribe to the proof of it. Everything runs on this machine, and all people are fictional.

            A mail goes out
            1 Storage, the bus, a SendGrid emulator and OptOut have started N ms
            2 De Kruidtuin registers Anna's e-mail, phone and postal address N ms
            3 It requests her unsubscribe link and gets both mail headers N ms
            4 It sends her a mail; her mail program shows an Unsubscribe button N bytes

            Nothing happens by accident
            5 May De Kruidtuin mail Anna? yes
            6 A scanner follows the link (GET, HEAD, an empty POST) 0 entries
            7 A forged link is refused; its page offers the public form instead 404, 0 entries

            One click
            8 Anna clicks Unsubscribe; her mail program's POST is answered N ms
            9 May De Kruidtuin reach Anna by e-mail, SMS, phone or post? no, after N ms
            10 SendGrid confirms: she is on its global list and in its 3 groups time-to-stop N ms
            11 Anna gets a mail in Dutch: "De Kruidtuin: U bent uitgeschreven" after N ms

            Proof
            12 Her ledger is read back and every hash is recomputed 1 entry, chain intact
            13 She clicks twice more: nothing is added 1 entry, chain intact
            14 20 others click at once, and SendGrid confirms each of them within N ms
            15 Everyone who clicked got exactly one confirmation 21 mails

            Drift and the nightly reconciliation
            16 Bram unsubscribes at SendGrid, and its webhook call gets lost 1 unknown to us
            17 Somebody deletes Anna from SendGrid's global list by hand 1 unknown to SendGrid
            18 The nightly reconciliation finds both and mails its report 2 found, N s
            19 Bram is now stopped in OptOut and on SendGrid's other lists 1 repaired, 4 lists
            20 Anna is on SendGrid's global list again 1 repaired, 4 lists
            21 The reconciliation runs again and finds nothing 0 found, N s
            22 Click to SendGrid's confirmation: median / 95th percentile / slowest N / N / N ms

            All steps passed in N s.
            The reconciliation report, as the privacy officer receives it: REPORT

            """.ReplaceLineEndings("\n"),
            Generic(output));
        Assert.Contains(
            "2 differences were found and repaired.",
            await File.ReadAllTextAsync(Report, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_step_ends_the_demo_with_what_was_expected_and_what_was_seen()
    {
        var (exit, output, error) = await RunAsync(new DemoSettings
        {
            Timeout = TimeSpan.FromSeconds(20),
            AfterStart = (system, _) => FailAsync(
                system, new SandboxFailure(SandboxFailureKind.Status, Status: 403, Message: "access forbidden", Containing: "/v3/asm/")),
        });

        Assert.Equal(1, exit);
        Assert.EndsWith(
            "\n10 SendGrid confirms: she is on its global list and in its 3 groups FAILED\n", Generic(output), StringComparison.Ordinal);
        Assert.StartsWith(
            "\nStep 10 failed: SendGrid confirms: she is on its global list and in its 3 groups\n"
                + "  expected: SendGrid's confirmation\n  seen:     Rejected",
            error,
            StringComparison.Ordinal);
        Assert.Contains("  latest warnings in the log:\n    Error, ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Report));
    }

    [Fact]
    public async Task A_port_in_use_ends_the_demo_at_its_first_step()
    {
        using var taken = new RawServer("");

        var (exit, _, error) = await RunAsync(new DemoSettings(), "--port", $"{taken.Port}");

        Assert.Equal(1, exit);
        Assert.StartsWith(
            "\nStep 1 failed: Storage, the bus, a SendGrid emulator and OptOut have started\n"
                + $"  expected: everything to start\n  seen:     Port {taken.Port}, for the functions, is in use on this "
                + "machine. Stop what uses it, or choose another with --port (0 picks a free one).\n",
            error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demo_stopped_halfway_says_so_and_leaves_no_data_behind()
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

        Assert.Equal((1, "Stopped before the end: this run proves nothing.\n"), (exit, error));
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.StartsWith(Path.GetTempPath(), folder, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private string Report => Path.Combine(_reports.Path, "report.html");

    private Task<(int Exit, string Output, string Error)> RunAsync(DemoSettings settings, params string[] options) =>
        RunAsync(settings, TestContext.Current.CancellationToken, options);

    private async Task<(int Exit, string Output, string Error)> RunAsync(
        DemoSettings settings, CancellationToken stop, params string[] options)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await OptOut.Local.Commands.Demo.RunAsync(
            Line.Read(["demo", .. options]), output, error, settings with { ReportFolder = _reports.Path }, stop);
        return (exit, output.ToString(), error.ToString());
    }

    private static async Task FailAsync(LocalSystem system, SandboxFailure failure)
    {
        using var http = new HttpClient();
        (await http.PostAsJsonAsync(new Uri(system.Sandbox, "/sandbox/sendgrid/failures"), failure)).EnsureSuccessStatusCode();
    }

    private string Generic(string output) =>
        Figure().Replace(Space().Replace(output.Replace(Report, "REPORT", StringComparison.Ordinal), " "), "N")
            .Replace("\n ", "\n", StringComparison.Ordinal);

    [GeneratedRegex("  +", RegexOptions.None, 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"(?<= )[\d,.]+(?= (?:ms|bytes|s\b|/))", RegexOptions.None, 1000)]
    private static partial Regex Figure();
}
