using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Benchmarks;

/// <summary>Signing and verifying a link's token, compared with the one HMAC that every implementation needs.</summary>
[MemoryDiagnoser]
public class LinkBenchmarks
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _payload = RandomNumberGenerator.GetBytes(27);
    private readonly byte[] _hash = new byte[32];
    private readonly Link _link = new(
        new SubjectKey(UInt128.MaxValue / 3), Channel.Email, 1, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 7);
    private LinkKeyRing _ring = null!;
    private string _token = "", _forged = "";

    [GlobalSetup]
    public void Setup()
    {
        var options =
            new LinkOptions { Keys = { new LinkKeyOptions { Id = 1, Secret = Convert.ToBase64String(_key), Use = LinkKeyUse.Sign } } };
        _ring = new LinkKeyRing(Options.Create(options));
        _token = _ring.Sign(_link);
        _forged = (_token[0] == 'A' ? "B" : "A") + _token[1..];
    }

    [GlobalCleanup]
    public void Cleanup() => _ring.Dispose();

    [Benchmark(Baseline = true, Description = "floor: HMACSHA256.HashData over 27 bytes")]
    public int Floor() => HMACSHA256.HashData(_key, _payload, _hash);

    [Benchmark(Description = "verify a valid token")]
    public bool Verify() => _ring.TryVerify(_token, out _);

    [Benchmark(Description = "reject a forged token")]
    public bool Refuse() => _ring.TryVerify(_forged, out _);

    [Benchmark(Description = "sign")]
    public string Sign() => _ring.Sign(_link);
}
