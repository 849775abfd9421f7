using System.Globalization;
using BenchmarkDotNet.Attributes;
using OptOut.Links;

namespace OptOut.Benchmarks;

/// <summary>
/// Parses a printed code, compared with the framework's parsing of the same number of hexadecimal digits, which tolerates no typing errors
/// and verifies no checksum.
/// </summary>
[MemoryDiagnoser]
public class CodeBenchmarks
{
    private readonly string _hex = "0123456789";
    private readonly string _compact = new PrintedCode(0x0123456789AB).Compact;
    private readonly string _typed = $" {new PrintedCode(0x0123456789AB).ToString().ToLowerInvariant()} ";
    private readonly string _mistyped = "14D2PF2DBS";

    [Benchmark(Baseline = true, Description = "floor: ulong.TryParse of ten hexadecimal digits")]
    public bool Floor() => ulong.TryParse(_hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    [Benchmark(Description = "parse a code from a short link")]
    public bool Compact() => PrintedCode.TryParse(_compact, out _);

    [Benchmark(Description = "parse a code as a person types it")]
    public bool Typed() => PrintedCode.TryParse(_typed, out _);

    [Benchmark(Description = "reject a mistyped code")]
    public bool Mistyped() => PrintedCode.TryParse(_mistyped, out _);
}
