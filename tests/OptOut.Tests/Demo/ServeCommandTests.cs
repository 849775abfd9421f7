using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OptOut.Local.CommandLine;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

/// <summary><c>dotnet run --project functions/OptOut.Local</c>, as somebody at a terminal sees it.</summary>
public sealed partial class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task It_tells_each_part_as_it_stands_and_Ctrl_C_stops_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that one process could send another as Ctrl+C.");
        Assert.SkipWhen(await InterruptsAreIgnoredAsync(), "This run was put in the background by a shell that lets nothing under it be interrupted.");
        var cancel = TestContext.Current.CancellationToken;
        string[] arguments = ["--port", "0", "--bus-port", "0", "--tables-port", "0", "--blobs-port", "0", "--sandbox-port", "0", "--data", _data.Path];
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Arguments).Assembly.Location, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancel);
            var said = new List<string>();
            while (said.LastOrDefault()?.Contains("Ctrl+C", StringComparison.Ordinal) is not true && await process.StandardOutput.ReadLineAsync(cancel) is { } line)
                said.Add(line);

            using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(cancel);
            said.AddRange((await process.StandardOutput.ReadToEndAsync(cancel)).Split('\n'));
            await process.WaitForExitAsync(cancel);

            Assert.Equal((0, ""), (process.ExitCode, await errors));
            Assert.Equal(
                """
                OptOut on this machine. The first start installs the storage emulator, which takes some fifteen seconds.

                  storage    Azurite, tables on 127.0.0.1:N, blobs on 127.0.0.1:N
                  bus        Service Bus (AMQP 1.0) on 127.0.0.1:N, topic consent-changes
                  vendors    their side of the wire, http://127.0.0.1:N/sandbox/state
                  functions  http://127.0.0.1:N/

                  Open http://127.0.0.1:N/ to see it at work. Ctrl+C stops it; what it holds stays in FOLDER.

                Stopping: what is under way is finished first.

                """.ReplaceLineEndings("\n"),
                Port().Replace(string.Join('\n', said.Where(line => !LogLine().IsMatch(line))).Replace(_data.Path, "FOLDER", StringComparison.Ordinal), "N"));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // A process keeps ignoring what it was started ignoring, and the SIGINT of this test would then prove nothing.
    private static async Task<bool> InterruptsAreIgnoredAsync()
    {
        const ulong Interrupt = 1 << 1;
        var mask = OperatingSystem.IsLinux() ? (await File.ReadAllLinesAsync("/proc/self/status")).FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return mask is not null && (ulong.Parse(mask["SigIgn:".Length..], NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }

    [GeneratedRegex(@"(?<=127\.0\.0\.1:)\d+", RegexOptions.None, 1000)]
    private static partial Regex Port();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d (?:info|warn)", RegexOptions.None, 1000)]
    private static partial Regex LogLine();
}
