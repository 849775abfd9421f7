using System.Globalization;
using BenchmarkDotNet.Attributes;
using OptOut.Links;

namespace OptOut.Benchmarks;

/// <summary>A typed code, against the framework's own reading of as many hexadecimal digits, which forgives nothing and checks nothing.</summary>
[MemoryDiagnoser]
public class CodeBenchmarks
{
    private readonly string _hex = "0123456789";
    private readonly string _compact = new PrintedCode(0x0123456789AB).Compact;
    private readonly string _typed = $" {new PrintedCode(0x0123456789AB).ToString().ToLowerInvariant()} ";
    private readonly string _mistyped = "14D2PF2DBS";

    [Benchmark(Baseline = true, Description = "floor: ulong.TryParse of ten hexadecimal digits")]
    public bool Floor() => ulong.TryParse(_hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    [Benchmark(Description = "read a code as in a short link")]
    public bool Compact() => PrintedCode.TryParse(_compact, out _);

    [Benchmark(Description = "read a code as a person types it")]
    public bool Typed() => PrintedCode.TryParse(_typed, out _);

    [Benchmark(Description = "refuse a mistyped code")]
    public bool Mistyped() => PrintedCode.TryParse(_mistyped, out _);
}
