using System.CommandLine;
using System.Security.Cryptography;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>The options of a run.</summary>
/// <param name="Local">The path of OptOut.Local.dll.</param>
/// <param name="Faults">The kinds of faults; empty for all.</param>
internal sealed record JudgeOptions(FileInfo Local, int Seed, double Minutes, Goals Goals, IReadOnlyList<string> Faults);

/// <summary>The command line.</summary>
internal sealed class JudgeCommand : RootCommand
{
    private const string About =
        """
        Runs the product in processes of its own, sends opt-outs through every entry, breaks everything around them, heals it, and then
        proves from outside that every answered opt-out is kept. Exit code 1 on any finding.
        """;

    private readonly Option<FileInfo> _local = new("--local")
    {
        Required = true,
        HelpName = "PATH",
        Description = "the built OptOut.Local.dll",
    };

    private readonly Option<int> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "repeats the faults and acts of an earlier run; without it, a fresh one is drawn and printed",
        DefaultValueFactory = _ => RandomNumberGenerator.GetInt32(1, int.MaxValue),
    };

    private readonly Option<double> _minutes = new("--minutes")
    {
        HelpName = "N",
        Description = "how long faults last, at least; the healing and the verdict come after it",
        DefaultValueFactory = _ => 3,
    };

    private readonly Option<int> _kills = Goal("--kills", "kills of the functions"),
        _busStops = Goal("--bus-stops", "kills of the bus"),
        _freezes = Goal("--freezes", "freezes of any process");

    private readonly Option<string[]> _faults = new("--fault")
    {
        HelpName = "KIND",
        Description = $"only these kinds: {string.Join(", ", FaultPlan.Kinds)}; none for no fault",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <param name="run">Runs the judge and returns the exit code.</param>
    public JudgeCommand(Func<JudgeOptions, CancellationToken, Task<int>> run)
        : base(About)
    {
        foreach (var option in (Option[])[_local, _seed, _minutes, _kills, _busStops, _freezes, _faults])
            Add(option);
        _local.AcceptExistingOnly();
        _faults.AcceptOnlyFromAmong([.. FaultPlan.Kinds, "none"]);
        SetAction((line, cancellationToken) => run(
            new JudgeOptions(
                line.GetRequiredValue(_local),
                line.GetValue(_seed),
                line.GetValue(_minutes),
                new Goals(line.GetValue(_kills), line.GetValue(_busStops), line.GetValue(_freezes)),
                line.GetValue(_faults) ?? []),
            cancellationToken));
    }

    private static Option<int> Goal(string name, string what) => new(name)
    {
        HelpName = "N",
        Description = $"runs on until there were this many {what}",
    };
}
