using System.Diagnostics;
using System.Text;
using OptOut.Local.CommandLine;

namespace OptOut.Tests.Judge;

/// <summary>
/// Runs the judge as its own process (tests/OptOut.Judge/README.md), so that it shares nothing with the product or the tests.
/// </summary>
public sealed class JudgeTests(ITestOutputHelper output)
{
    // With the healing and the verdict, about eight minutes.
    private const string Minutes = "4.5";

    // Much longer than a run takes: only for one that hangs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    [LongFact(Category = "Judge")]
    public async Task No_answered_opt_out_is_lost_undone_or_invented_whatever_breaks()
    {
        var seed = Environment.GetEnvironmentVariable("OPTOUT_JUDGE_SEED") ?? "1";
        output.WriteLine($"Repeat with OPTOUT_JUDGE_SEED={seed}.");
        var printed = new StringBuilder();
        using var judge = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(AppContext.BaseDirectory, "OptOut.Judge.dll"), "--local", typeof(Arguments).Assembly.Location,
                    "--seed", seed, "--minutes", Minutes,
                ])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        judge.OutputDataReceived += Print;
        judge.ErrorDataReceived += Print;
        judge.BeginOutputReadLine();
        judge.BeginErrorReadLine();
        try
        {
            await judge.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TimeProvider.System);
        }
        finally
        {
            if (!judge.HasExited)
                judge.Kill(entireProcessTree: true);
            lock (printed)
                output.WriteLine(printed.ToString());
        }

        var findings = printed.ToString() is var all && all.IndexOf("FINDING", StringComparison.Ordinal) is var first and >= 0 ? all[first..] : "";
        Assert.True(judge.ExitCode == 0, $"The judge has findings. Repeat with OPTOUT_JUDGE_SEED={seed}.\n{findings}");

        void Print(object sender, DataReceivedEventArgs line)
        {
            lock (printed)
                printed.AppendLine(line.Data);
        }
    }
}
