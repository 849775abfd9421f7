using BenchmarkDotNet.Running;
using OptOut.Benchmarks;
using OptOut.Benchmarks.Pipeline;

// `pipeline` measures the whole product end to end, or with names only some of it, as in `pipeline drain`. All other arguments go to
// BenchmarkDotNet (`--filter *`, `--job short`, `--list flat`).
if (args is ["pipeline", .. var figures])
    return await PipelineBenchmark.RunAsync(figures);

BenchmarkSwitcher.FromAssembly(typeof(LinkBenchmarks).Assembly).Run(args);
return 0;
