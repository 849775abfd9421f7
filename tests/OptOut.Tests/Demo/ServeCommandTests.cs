using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OptOut.Local.CommandLine;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

/// <summary><c>dotnet run --project functions/OptOut.Local</c>, as seen in a terminal.</summary>
public sealed partial class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task It_reports_each_part_and_its_address_and_stops_on_Ctrl_C()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows one process cannot send another a Ctrl+C signal.");
        Assert.SkipWhen(await InterruptsAreIgnoredAsync(), "A shell started this run in the background with SIGINT ignored.");
        var cancel = TestContext.Current.CancellationToken;
        string[] arguments =
        [
            "--port", "0", "--bus-port", "0", "--tables-port", "0", "--blobs-port", "0", "--sandbox-port", "0",
            "--data", _data.Path,
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Arguments).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancel);
            var lines = new List<string>();
            while (lines.LastOrDefault()?.Contains("Ctrl+C", StringComparison.Ordinal) is not true
                && await process.StandardOutput.ReadLineAsync(cancel) is { } line)
            {
                lines.Add(line);
            }

            using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(cancel);
            lines.AddRange((await process.StandardOutput.ReadToEndAsync(cancel)).Split('\n'));
            await process.WaitForExitAsync(cancel);

            Assert.Equal((0, ""), (process.ExitCode, await errors));
            Assert.Equal(
                """
                OptOut on this machine. The first start installs the storage emulator, which takes about fifteen seconds.

                  storage    Azurite, tables on 127.0.0.1:N, blobs on 127.0.0.1:N
                  bus        Service Bus (AMQP 1.0) on 127.0.0.1:N, topic consent-changes
                  vendors    the vendor sandbox, http://127.0.0.1:N/sandbox/state
                  functions  http://127.0.0.1:N/

                  Open http://127.0.0.1:N/ to see it at work. Ctrl+C stops it; its data stays in FOLDER.

                Stopping; work in progress is finished first.

                """.ReplaceLineEndings("\n"),
                Port().Replace(
                    string.Join('\n', lines.Where(line => !LogLine().IsMatch(line)))
                        .Replace(_data.Path, "FOLDER", StringComparison.Ordinal),
                    "N"));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // A process inherits ignored signals. If SIGINT is ignored, the SIGINT of this test proves nothing.
    private static async Task<bool> InterruptsAreIgnoredAsync()
    {
        const ulong Interrupt = 1 << 1;
        var mask = OperatingSystem.IsLinux()
            ? (await File.ReadAllLinesAsync("/proc/self/status")).FirstOrDefault(
                line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
            : null;
        return mask is not null
            && (ulong.Parse(
                mask["SigIgn:".Length..],
                NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite,
                CultureInfo.InvariantCulture) & Interrupt) != 0;
    }

    [GeneratedRegex(@"(?<=127\.0\.0\.1:)\d+", RegexOptions.None, 1000)]
    private static partial Regex Port();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d (?:info|warn)", RegexOptions.None, 1000)]
    private static partial Regex LogLine();
}
