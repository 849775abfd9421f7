using System.Diagnostics;
using OptOut.Fuzz;

namespace OptOut.Tests.Fuzz;

/// <summary>Runs <c>tests/OptOut.Fuzz</c> in a process of its own: it changes the product's code in memory, and a hang ends it.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const string Inputs = "200000", Minutes = "6";

    [LongFact(Category = "Fuzz")]
    public async Task No_parser_throws_hangs_or_accepts_what_it_must_refuse()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FuzzOptions).Assembly.Location, "--inputs", Inputs, "--minutes", Minutes])
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

        var printed = await lines;
        output.WriteLine(printed);
        var found = printed.Split('\n').SkipWhile(line => !line.StartsWith("FINDING", StringComparison.Ordinal));
        Assert.True(fuzzer.ExitCode == 0, $"{string.Join('\n', found.Take(200))}\n{await errors}");
        Assert.Matches(@"(?m)^[1-9][0-9]{4,} inputs in .* 0 findings", printed);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
