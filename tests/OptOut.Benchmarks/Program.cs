using BenchmarkDotNet.Running;
using OptOut.Benchmarks;
using OptOut.Benchmarks.Pipeline;

// `pipeline` measures the whole product end to end. All other arguments go to BenchmarkDotNet (`--filter *`, `--job short`, `--list flat`).
if (args is ["pipeline"])
    return await PipelineBenchmark.RunAsync();

BenchmarkSwitcher.FromAssembly(typeof(LinkBenchmarks).Assembly).Run(args);
return 0;
