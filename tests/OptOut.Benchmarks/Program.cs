using BenchmarkDotNet.Running;
using OptOut.Benchmarks;

// `pipeline` measures a press of the button end to end over HTTP. All other arguments go to BenchmarkDotNet (`--filter *`, `--job short`,
// `--list flat`).
if (args is ["pipeline", .. var rest])
{
    return await PressBenchmark.RunAsync(
        rest is [var presses] ? int.Parse(presses, System.Globalization.CultureInfo.InvariantCulture) : 2000);
}

BenchmarkSwitcher.FromAssembly(typeof(PressBenchmark).Assembly).Run(args);
return 0;
