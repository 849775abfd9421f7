using System.Net.Mail;
using BenchmarkDotNet.Attributes;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Benchmarks;

/// <summary>The decision rule, compared with the four dictionary lookups it amounts to.</summary>
[MemoryDiagnoser]
public class ConsentBenchmarks
{
    private static readonly Topic Newsletter = Topic.Parse("newsletter");
    private static readonly string[] Scopes = ["email,newsletter", "email,*", "*,newsletter", "*,*"];
    private readonly Dictionary<string, ConsentEntry> _floor = [];
    private ConsentState _state = ConsentState.Empty;

    [GlobalSetup]
    public void Setup()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var entries = Scopes.Append("sms,offers")
            .Append("post,*")
            .Select((s, i) => KeyValuePair.Create(Scope.Parse(s), new ConsentEntry(new LastStop(i + 1, EventIds.New(now), now.AddMinutes(i)), null)))
            .ToList();
        _state = ConsentState.From(entries);
        foreach (var (scope, entry) in entries)
            _floor.Add(scope.ToString(), entry);
    }

    [Benchmark(Baseline = true, Description = "floor: four dictionary lookups")]
    public int Floor() => Scopes.Count(_floor.ContainsKey);

    [Benchmark(Description = "answer: may we use this channel for this topic?")]
    public bool Answer() => _state.Answer(Channel.Email, Newsletter).Decision == Decision.Allow;
}

/// <summary>Normalisation of an e-mail address, compared with the framework's own parser.</summary>
[MemoryDiagnoser]
public class EmailAddressBenchmarks
{
    private const string Text = " Jan.Peeters+nieuws@Kruidtuin.Example.COM ";

    [Benchmark(Baseline = true, Description = "peer: MailAddress.TryCreate, without normalisation")]
    public bool Peer() => MailAddress.TryCreate(Text, out _);

    [Benchmark(Description = "EmailAddress.TryParse")]
    public bool Parse() => EmailAddress.TryParse(Text, out _);
}
