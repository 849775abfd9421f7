using System.Diagnostics;
using OptOut.Fuzz;

namespace OptOut.Tests.Fuzz;

/// <summary>Runs <c>tests/OptOut.Fuzz</c> in a process of its own: it changes the product's code in memory, and a hang ends it.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // A parser that throws on one odd byte is found within some thousand inputs of its target.
    private const string Inputs = "1000000";

    // The same inputs each time, so that a change is not blamed for what an earlier one did. OPTOUT_FUZZ_SEED names others.
    private const string Seed = "1";

    [LongFact(Category = "Fuzz")]
    public async Task No_parser_throws_hangs_or_accepts_what_it_must_refuse()
    {
        var seed = Environment.GetEnvironmentVariable("OPTOUT_FUZZ_SEED") ?? Seed;
        var start = new ProcessStartInfo("dotnet", [typeof(FuzzOptions).Assembly.Location, "--inputs", Inputs, "--seed", seed])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var fuzzer = Process.Start(start)!;
        var (lines, errors) = (fuzzer.StandardOutput.ReadToEndAsync(Cancel), fuzzer.StandardError.ReadToEndAsync(Cancel));
        try
        {
            await fuzzer.WaitForExitAsync(Cancel);
        }
        finally
        {
            if (!fuzzer.HasExited)
                fuzzer.Kill(entireProcessTree: true);
        }

        // The findings first and the last counts, not those of every twenty seconds: a log may keep only a part of it.
        var printed = await lines;
        var last = printed[Math.Max(0, printed.LastIndexOf("---", StringComparison.Ordinal))..];
        output.WriteLine($"Seed {seed}\n{last}");
        var found = last[Math.Max(0, last.IndexOf("FINDING", StringComparison.Ordinal))..];
        Assert.True(fuzzer.ExitCode == 0, $"The fuzzer ended with {fuzzer.ExitCode}. {found}\n{await errors}");
        Assert.Matches(@"(?m)^[1-9][0-9]{6,} inputs in .* 0 findings", printed);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
