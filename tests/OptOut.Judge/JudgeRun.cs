using System.Globalization;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>One run: start, break, heal, judge, report.</summary>
internal sealed class JudgeRun(TextWriter output)
{
    public async Task<int> RunAsync(JudgeOptions options, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("optout-judge-").FullName;
        var log = new FaultLog(output);
        log.Write(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}: repeat with --seed {options.Seed}"));
        log.Write("Azurite saves every five seconds and is not durable, so storage is frozen and cut off, and never killed");
        var (journalPath, findings) = (Path.Combine(folder, "acts.ndjson"), new List<Finding>());
        Summary summary;
        await using (var system = await RunningSystem.StartAsync(options.Local.FullName, folder))
        {
            log.Write($"everything runs; data, logs and journal are in {folder}");
            using var journal = new ActJournal(journalPath);
            using var traffic = new Traffic(system.Addresses, journal, options.Seed);
            await BreakAsync(system, traffic, options, log, cancellationToken);
            var broken = log.Elapsed;
            log.Write("the faults are over; healing");
            await system.HealAsync();
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
                await traffic.ResendAsync(limit.Token);
            await using var healing = new Healing(system, log);
            await healing.WorkOffAsync();
            await healing.CompareAsync();
            findings.AddRange(healing.Findings);
            summary = Summary.Of(options, log, broken, system, journalPath);
        }

        return Report(summary, findings, folder);
    }

    private static async Task BreakAsync(
        RunningSystem system, Traffic traffic, JudgeOptions options, FaultLog log, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var acting = traffic.RunAsync(stop.Token);
        try
        {
            if (options.Faults is ["none"])
            {
                await Task.Delay(TimeSpan.FromMinutes(options.Minutes), TimeProvider.System, cancellationToken);
                return;
            }

            await using var injector = new FaultInjector(system, log);
            await injector.RunAsync(
                FaultPlan.Create(options.Seed, options.Faults), TimeSpan.FromMinutes(options.Minutes), options.Goals, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await acting;
        }
    }

    private int Report(Summary summary, IReadOnlyList<Finding> findings, string folder)
    {
        foreach (var line in summary.Lines)
            output.WriteLine(line);
        foreach (var (finding, number) in findings.Select((f, i) => (f, i + 1)))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nFINDING {number}: {finding.Rule}"));
            output.WriteLine($"  {finding.Evidence}");
            output.WriteLine($"  Look first in: {finding.Area}");
        }

        if (findings.Count == 0)
        {
            Directory.Delete(folder, recursive: true);
            output.WriteLine("no findings");
            return 0;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{findings.Count} findings. Data, logs and journal are kept in {folder}"));
        return 1;
    }
}
