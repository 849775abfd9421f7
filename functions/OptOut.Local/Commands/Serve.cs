using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.DemoPage;

namespace OptOut.Local.Commands;

/// <summary>Runs the chosen parts until Ctrl+C.</summary>
internal static class Serve
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken stop)
    {
        await output.WriteLineAsync(
            "OptOut on this machine. The first start installs the storage emulator, which takes about fifteen seconds.\n");
        await using var system = await LocalSystem.StartAsync(arguments, output, DemoSite.Map, configureLogging: null, stop);
        await output.WriteLineAsync(system.Functions is { } functions
            ? $"\n  Open {functions.Address} to see it at work. Ctrl+C stops it; its data stays in {arguments.DataFolder}.\n"
            : $"\n  Ctrl+C stops it; its data stays in {arguments.DataFolder}.\n");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await output.WriteLineAsync("Stopping; work in progress is finished first.");
        return 0;
    }
}
