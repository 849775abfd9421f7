using System.Diagnostics;
using OptOut.Fuzz.Instrumentation;

namespace OptOut.Fuzz.Engine;

/// <summary>One target with its corpus and its counts, over the whole run of the program.</summary>
internal sealed class TargetRun
{
    private const int SweepEvery = 2;

    private readonly FuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly Watchdog _watchdog;
    private readonly EdgeMap _edges = new();
    private readonly Randomness _random;
    private readonly Corpus _corpus;
    private readonly Mutator _mutator;
    private readonly OddSweep _sweep;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public TargetRun(FuzzTarget target, FuzzOptions options, Watchdog watchdog)
    {
        (_target, _options, _watchdog) = (target, options, watchdog);
        _random = Randomness.For(options.Seed, target.Name);
        byte[][] seeds = [.. SeedFile.Read(target), .. target.Seeds];
        _corpus = new Corpus(seeds, _random);
        _sweep = new OddSweep(_random, seeds, target.MaxLength);
        _mutator = new Mutator(_random, PlainCode.WordsOf(target), target.MaxLength);

        // Twice: the first time, what is set up once counts as reached.
        _edges.Attach();
        foreach (var seed in (byte[][])[.. seeds, .. seeds])
            Try(seed);
    }

    public string Name => _target.Name;

    public long Inputs { get; private set; }

    public int Edges => _edges.Edges;

    public int CorpusSize => _corpus.Count;

    public TimeSpan Time { get; private set; }

    public List<Finding> Findings { get; } = [];

    /// <summary>The longest time of a run: what the machine did meanwhile is in it.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>The most that a run allocated, in percent of what it may.</summary>
    public double MostMemory { get; private set; }

    /// <summary>The input of the target's own count at which the last new branch was reached.</summary>
    public long LastNew { get; private set; }

    public byte[] Current { get; private set; } = [];

    /// <summary>Tries so many mutated inputs.</summary>
    public void Advance(int inputs)
    {
        _edges.Attach();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < inputs; i++)
        {
            var input = Inputs++ % SweepEvery == 0 ? _sweep.Next(_corpus.Pick()) : _mutator.Mutate(_corpus.Pick(), _corpus.Pick());
            if (!Try(input) || _options.Blind)
                continue;
            LastNew = Inputs;
            _corpus.Add(input);
        }

        Time += Stopwatch.GetElapsedTime(start);
    }

    /// <returns>Whether the input reached something new.</returns>
    public bool Try(byte[] input)
    {
        Current = input;
        _watchdog.Begin(input);
        _edges.Clear();
        var run = Measured.Run(_target, input);
        var isNew = _edges.Collect();
        _watchdog.End();
        var limit = PlainCode.LimitOf(_target, input);
        if (run.Failure is not null || run.Time > Measured.MaxTime || run.Allocated > limit)
            Examine(input, run);
        if (Inputs > 0) // The seeds pay for what is set up once.
            (Slowest, MostMemory) = (Max(Slowest, run.Time), Math.Max(MostMemory, 100.0 * run.Allocated / limit));
        return isNew;
    }

    private void Examine(byte[] input, Measured run)
    {
        var fault = FaultOf(input);
        if (fault is null && run.Failure is { } failure)
            fault = new Fault($"once {failure.GetType()}", $"Happened once, and not when tried again: {failure}");
        if (fault is null || !_known.Add(fault.Key))
            return;
        var minimised = Minimizer.Minimize(input, shorter => FaultOf(shorter)?.Key == fault.Key);
        var finding = new Finding(Name, _options.Seed, Inputs, input, minimised, FaultOf(minimised) ?? fault);
        Findings.Add(finding);
        Console.WriteLine(finding);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // Watched one by one: to make an input shorter takes many runs.
    private Fault? FaultOf(byte[] input)
    {
        PlainCode.Start(); // Takes seconds of processor time the first time, which would count as a hang.
        _watchdog.Begin(input);
        var fault = PlainCode.FaultOf(_target, input);
        _watchdog.End();
        return fault;
    }
}
