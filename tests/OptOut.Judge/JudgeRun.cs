using System.Globalization;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>One run: start, break, heal, judge, report.</summary>
internal sealed class JudgeRun(TextWriter output)
{
    private const int MostOfOneRule = 10;

    private static readonly TimeSpan ResendLimit = TimeSpan.FromMinutes(10), CatchUp = TimeSpan.FromSeconds(75);

    public async Task<int> RunAsync(JudgeOptions options, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("optout-judge-").FullName;
        var log = new FaultLog(output);
        log.Write(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}: repeat with --seed {options.Seed}"));
        log.Write("Azurite saves every five seconds and is not durable, so storage is frozen and cut off, and never killed");
        var (journalPath, findings) = (Path.Combine(folder, "acts.ndjson"), new List<Finding>());
        IReadOnlyList<string> summary;
        await using (var system = await RunningSystem.StartAsync(options.Local.FullName, folder))
        {
            log.Write($"everything runs; data, logs and journal are in {folder}");
            using var journal = new ActJournal(journalPath);
            using var traffic = new Traffic(system.Addresses, journal, options.Seed)
            {
                Workers = 10,
                LongestPause = TimeSpan.FromMilliseconds(250),
            };
            var disturbances = await BreakAsync(system, traffic, options, log, cancellationToken);
            var broken = log.Elapsed;
            log.Write("the faults are over; healing");
            await system.HealAsync();
            findings.AddRange(await JudgeAsync(system, traffic, journal, disturbances, options, log, cancellationToken));
            findings.AddRange(system.Processes
                .SelectMany(p => p.Crashes)
                .Select(c => new Finding("No process ends by itself.", c, "the log")));
            summary = Summary.Of(options, log, broken, system, journalPath);
        }

        return Report(summary, findings, folder);
    }

    private static async Task<IReadOnlyList<Finding>> JudgeAsync(
        RunningSystem system,
        Traffic traffic,
        ActJournal journal,
        IReadOnlyList<Disturbance> disturbances,
        JudgeOptions options,
        FaultLog log,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = TimeProvider.System.CreateTimer(_ => limit.Cancel(), null, ResendLimit, Timeout.InfiniteTimeSpan);
        if (!await traffic.ResendAsync(limit.Token))
        {
            return
            [
                new Finding(
                    "Once the faults are over, every Stop is answered.",
                    $"Some were not within {ResendLimit}: see the last lines of the journal.",
                    "functions/OptOut/Intake"),
            ];
        }


        await using var healing = new Healing(system, log);
        await healing.WorkOffAsync();

        // Before the night, which would repair what the messages have lost.
        log.Write("verdict");
        var judgement = await Verdict.JudgeAsync(system.Addresses, journal, disturbances, CatchUp, cancellationToken);
        if (judgement.Findings.Count == 0 && healing.Findings.Count == 0)
        {
            await healing.CompareAsync();
            log.Write("verdict after the nightly comparison");
            judgement = await Verdict.JudgeAsync(system.Addresses, journal, disturbances, CatchUp, cancellationToken);
        }

        foreach (var note in judgement.Notes)
            log.Write(note);
        return [.. healing.Findings, .. judgement.Findings];
    }

    private static async Task<IReadOnlyList<Disturbance>> BreakAsync(
        RunningSystem system, Traffic traffic, JudgeOptions options, FaultLog log, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var acting = traffic.RunAsync(stop.Token);
        try
        {
            if (options.Faults is ["none"])
            {
                await Task.Delay(TimeSpan.FromMinutes(options.Minutes), TimeProvider.System, cancellationToken);
                return [];
            }

            await using var injector = new FaultInjector(system, log);
            await injector.RunAsync(
                FaultPlan.Create(options.Seed, options.Faults), TimeSpan.FromMinutes(options.Minutes), options.Goals, cancellationToken);
            return injector.Disturbances;
        }
        finally
        {
            await stop.CancelAsync();
            await acting;
        }
    }

    private int Report(IReadOnlyList<string> summary, IReadOnlyList<Finding> findings, string folder)
    {
        foreach (var line in summary)
            output.WriteLine(line);
        foreach (var rule in findings.GroupBy(f => (f.Rule, f.Area)))
        {
            output.WriteLine($"\nFINDING: {rule.Key.Rule}");
            foreach (var finding in rule.Take(MostOfOneRule))
                output.WriteLine($"  {finding.Evidence}");
            if (rule.Count() > MostOfOneRule)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ... and {rule.Count() - MostOfOneRule} more"));
            output.WriteLine($"  Look first in: {rule.Key.Area}");
        }

        if (findings.Count == 0)
        {
            Directory.Delete(folder, recursive: true);
            output.WriteLine("no findings");
            return 0;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\n{findings.Count} findings. Data, logs and journal are kept in {folder}"));
        return 1;
    }
}
