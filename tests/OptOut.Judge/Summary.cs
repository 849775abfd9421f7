using System.Globalization;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>What a run did, in figures.</summary>
internal static class Summary
{
    /// <param name="broken">How long the faults lasted.</param>
    /// <param name="journal">The path of the journal.</param>
    public static IReadOnlyList<string> Of(JudgeOptions options, FaultLog log, TimeSpan broken, RunningSystem system, string journal)
    {
        var acts = ActJournal.Read(journal);
        var starts = system.Instances.SelectMany(i => i.Process.Starts).Select(t => t.TotalSeconds).Order().ToList();
        var hits = ((Link[])[Link.Tables, Link.Blobs, Link.Bus, Link.Vendors])
            .Select(link => (Link: link, Hits: system.Instances.Sum(i => i.Troubles(link).Hits)))
            .Append((Link: Link.Clients, system.Clients.Hits));
        return
        [
            "",
            Text($"seed                 {options.Seed}"),
            Text($"time                 {broken.TotalSeconds:0} s of faults, {(log.Elapsed - broken).TotalSeconds:0} s of healing"),
            Text($"kills of functions   {log.Count("kill")} ({log.Count("kill while it started")} while it started)"),
            Text($"                     {log.Count("at an answer")} at an answer"),
            Text($"                     {log.Count("kill") / broken.TotalMinutes:0.0} a minute"),
            Text($"starts of functions  {starts.Count}, median {(starts.Count > 0 ? starts[starts.Count / 2] : 0):0.0} s"),
            Text($"kills of the bus     {log.Count("bus-stop")}"),
            Text($"freezes              {log.Count("freeze")}"),
            $"requests broken      {string.Join(", ", hits.Select(h => Text($"{h.Link.ToString().ToLowerInvariant()} {h.Hits}")))}",
            .. log.Counts.OrderBy(c => c.Key, StringComparer.Ordinal)
                .Where(c => !c.Key.StartsWith("kill", StringComparison.Ordinal) && c.Key != "at an answer")
                .Select(c => Text($"  {c.Key,-40} {c.Value}")),
            Text($"acts                 {acts.Count}, answered with success {acts.Count(a => a.Success is not null)}"),
            Text($"                     {acts.Count(a => a.Ended == long.MaxValue)} have an attempt that was not answered"),
            .. acts.GroupBy(a => a.Act.Entry, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => Text($"  {g.Key,-40} {g.Count()}, {g.Count(a => a.Success is not null)} answered")),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
