using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.DemoPage;

namespace OptOut.Local.Commands;

/// <summary>Runs parts until Ctrl+C.</summary>
internal static class Serve
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken stop)
    {
        await output.WriteLineAsync("OptOut on this machine. The first start installs the storage emulator, which takes some fifteen seconds.\n");
        await using var system = await LocalSystem.StartAsync(arguments, output, DemoSite.Map, configureLogging: null, stop);
        await output.WriteLineAsync(system.Functions is { } functions
            ? $"\n  Open {functions.Address} to see it at work. Ctrl+C stops it; what it holds stays in {arguments.DataFolder}.\n"
            : $"\n  Ctrl+C stops it; what it holds stays in {arguments.DataFolder}.\n");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await output.WriteLineAsync("Stopping: what is under way is finished first.");
        return 0;
    }
}
