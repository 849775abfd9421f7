using System.Net.Mail;
using BenchmarkDotNet.Attributes;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Benchmarks;

/// <summary>The decision rule, against the four look-ups it stands for.</summary>
[MemoryDiagnoser]
public class ConsentBenchmarks
{
    private static readonly Topic Asked = Topic.Parse("newsletter");
    private static readonly string[] Scopes = ["email,newsletter", "email,*", "*,newsletter", "*,*"];
    private readonly Dictionary<string, ConsentEntry> _floor = [];
    private ConsentState _state = ConsentState.Empty;

    [GlobalSetup]
    public void Setup()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var entries = Scopes.Append("sms,offers").Append("post,*").Select((s, i) => KeyValuePair.Create(Scope.Parse(s), new ConsentEntry(Decision.Stop, now.AddMinutes(i), EventIds.New(now)))).ToList();
        _state = ConsentState.From(entries);
        foreach (var (scope, entry) in entries)
            _floor.Add(scope.ToString(), entry);
    }

    [Benchmark(Baseline = true, Description = "floor: four dictionary look-ups")]
    public int Floor() => Scopes.Count(_floor.ContainsKey);

    [Benchmark(Description = "answer: may we, on this channel, about this topic?")]
    public bool Answer() => _state.Answer(Channel.Email, Asked).Decision == Decision.Allow;
}

/// <summary>The normal form of an address, against the framework's own parser.</summary>
[MemoryDiagnoser]
public class EmailAddressBenchmarks
{
    private const string Text = " Jan.Peeters+nieuws@Kruidtuin.Example.COM ";

    [Benchmark(Baseline = true, Description = "peer: MailAddress.TryCreate, without a normal form")]
    public bool Peer() => MailAddress.TryCreate(Text, out _);

    [Benchmark(Description = "EmailAddress.TryParse")]
    public bool Parse() => EmailAddress.TryParse(Text, out _);
}
