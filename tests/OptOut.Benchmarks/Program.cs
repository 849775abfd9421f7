using BenchmarkDotNet.Running;
using OptOut.Benchmarks;

// `pipeline` measures a whole press of the button over HTTP; everything else goes to BenchmarkDotNet (`--filter *`, `--job short`, `--list flat`).
if (args is ["pipeline", .. var rest])
    return await PressBenchmark.RunAsync(rest is [var presses] ? int.Parse(presses, System.Globalization.CultureInfo.InvariantCulture) : 2000);
BenchmarkSwitcher.FromAssembly(typeof(PressBenchmark).Assembly).Run(args);
return 0;
