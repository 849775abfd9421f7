using System.Diagnostics;
using System.Globalization;
using OptOut.Fuzz.Engine;

namespace OptOut.Fuzz;

/// <summary>Shares the inputs out over the targets, and reports. Runs in the instrumented copy of this program.</summary>
internal static class FuzzRun
{
    private const int Rounds = 100;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(20);

    public static int Run(string[] arguments)
    {
        var options = FuzzOptions.Parse(arguments);
        FuzzTarget[] targets = [.. AllTargets.All.Where(t => options.Targets.Count == 0 || options.Targets.Contains(t.Name))];
        if (options.List || targets.Length == 0)
        {
            Console.WriteLine(string.Join('\n', AllTargets.All.Select(t => t.Name)));
            return targets.Length == 0 ? 1 : 0;
        }

        if (options.Input is { } input)
            return One(targets, WrittenInput.Read(input));
        return new Session(options, targets).Run();
    }

    private static int One(FuzzTarget[] targets, byte[] input)
    {
        var faults = targets.Select(t => PlainCode.FaultOf(t, input)).OfType<Fault>().ToList();
        Console.WriteLine(faults.Count == 0 ? "Nothing is wrong with this input." : string.Join('\n', faults.Select(f => f.Detail)));
        return faults.Count == 0 ? 0 : 1;
    }

    private sealed class Session(FuzzOptions options, FuzzTarget[] targets)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly List<TargetRun> _runs = [];
        private TargetRun? _current;
        private FuzzTarget? _starting;
        private TimeSpan _reported;

        public int Run()
        {
            Console.WriteLine(
                Line($"seed {options.Seed}, {targets.Length} targets, {options.Inputs} inputs{(options.Blind ? ", blind" : "")}"));
            var watchdog = new Watchdog(ReportHang);
            foreach (var target in targets)
            {
                _starting = target;
                _runs.Add(new TargetRun(target, options, watchdog));
            }

            for (var round = 0; round < Rounds && !IsOver; round++)
                Round(options.Inputs * (round + 1) / Rounds - Inputs);
            Report();
            foreach (var finding in _runs.SelectMany(r => r.Findings))
                Console.WriteLine(finding); // Again, because a reader may see only the last lines.
            Console.WriteLine(Line(
                $"{Inputs} inputs in {Elapsed.TotalSeconds:F0} s, {_runs.Sum(r => r.Edges)} edges, {_runs.Sum(r => r.Findings.Count)} findings"));
            return _runs.Exists(r => r.Findings.Count > 0) ? 1 : 0;
        }

        private long Inputs => _runs.Sum(r => r.Inputs);

        private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

        private bool IsOver => options.Minutes is { } minutes && Elapsed > TimeSpan.FromMinutes(minutes);

        private void Round(long inputs)
        {
            var all = targets.Sum(t => 1.0 / t.Cost);
            foreach (var (i, run) in _runs.Index())
            {
                _current = run;
                for (var left = (long)Math.Ceiling(inputs / all / targets[i].Cost); left > 0 && !IsOver; left -= 1000)
                {
                    run.Advance((int)Math.Min(left, 1000));
                    if (Elapsed - _reported > Between)
                        Report();
                }
            }
        }

        private void Report()
        {
            _reported = Elapsed;
            Console.WriteLine(Line($"--- {Inputs} inputs, {Inputs / Math.Max(0.001, Elapsed.TotalSeconds):F0}/s, {Elapsed:hh\\:mm\\:ss}"));
            Console.WriteLine(
                Line($"{"target",-26}{"inputs",12}{"inputs/s",10}{"edges",8}{"corpus",8}{"last new",12}{"slowest",9}{"memory",8}"));
            foreach (var r in _runs)
            {
                var rate = r.Inputs / Math.Max(0.001, r.Time.TotalSeconds);
                var (slowest, memory) = (Line($"{r.Slowest.TotalMilliseconds:F0} ms"), Line($"{r.MostMemory:F0}%"));
                Console.WriteLine(Line(
                    $"{r.Name,-26}{r.Inputs,12}{rate,10:F0}{r.Edges,8}{r.CorpusSize,8}{r.LastNew,12}{slowest,9}{memory,8}"));
            }
        }

        private void ReportHang(byte[] input)
        {
            Console.WriteLine(new Finding(
                _current?.Name ?? _starting?.Name ?? "", options.Seed, _current?.Inputs ?? 0, input, input,
                    new Fault("hang", "Does not end: stopped after 5 s of processor time.")));
            Console.Out.Flush();
        }

        private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
