using System.Globalization;
using OptOut.Delivery;

namespace OptOut.Reconciliation.Report;

/// <summary>Makes the one sentence out of what the vendors' runs found.</summary>
internal static class ReportVerdict
{
    // A nightly run that starts a little late still tells of the last day.
    private static readonly TimeSpan LastDay = TimeSpan.FromHours(25);

    public static ReconciliationReport Give(Guid runId, DateTimeOffset started, DateTimeOffset finished, IReadOnlyList<VendorReport> vendors)
    {
        string[] attention = [.. Names(vendors.Where(v => v.NeedsAttention))];
        return new ReconciliationReport
        {
            RunId = runId,
            Started = started,
            Finished = finished,
            Vendors = vendors,
            NeedsAttention = attention.Length > 0 || vendors.Count == 0,
            Verdict = Sentence(vendors, attention, [.. Names(vendors.Where(v => v.Status == VendorRunStatus.Busy))]),
        };
    }

    /// <summary>The same with what is dead-lettered: while there is any, nobody can say that every opt-out is honoured.</summary>
    /// <param name="deadLetters">Null when they could not be counted.</param>
    public static ReconciliationReport With(this ReconciliationReport report, IReadOnlyList<DeadLetterGroup>? deadLetters)
    {
        report = report with { DeadLetters = deadLetters };
        if (deadLetters is null or [])
            return report;
        var count = deadLetters.Sum(d => d.Count);
        var sentence = count == 1 ? "1 message is dead-lettered: mend its cause and replay it." : string.Create(CultureInfo.InvariantCulture, $"{count:N0} messages are dead-lettered: mend their cause and replay them.");
        return report with { NeedsAttention = true, Verdict = report.NeedsAttention ? $"{report.Verdict} {sentence}" : sentence };
    }

    private static string Sentence(IReadOnlyList<VendorReport> vendors, string[] attention, string[] busy)
    {
        if (vendors.Count == 0)
            return "No vendor is set up, so nothing was compared.";
        if (attention.Length > 0)
            return attention.Length == 1 ? $"1 vendor needs attention: {attention[0]}." : $"{attention.Length} vendors need attention: {string.Join(", ", attention)}.";
        if (busy.Length > 0)
            return $"Not every vendor was compared: another run is at work on {string.Join(", ", busy)}.";

        var from = vendors.Min(v => v.From);
        var span = vendors.Max(v => v.Until) - from <= LastDay ? "of the last day" : "since " + from.UtcDateTime.ToString("d MMMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        string[] blind = [.. Names(vendors.Where(v => !v.Comparable))];
        return $"Every opt-out {span} is honoured."
            + vendors.Sum(v => v.Recorded + v.Removed + v.PushedAgain) switch
            {
                0 => "",
                1 => " 1 difference was found and repaired.",
                var n => string.Create(CultureInfo.InvariantCulture, $" {n:N0} differences were found and repaired."),
            }
            + (blind.Length == 0 ? "" : $" What was confirmed is all that could be checked of {string.Join(", ", blind)}, for want of a list to compare.");
    }

    private static IEnumerable<string> Names(IEnumerable<VendorReport> vendors) => vendors.Select(v => v.Vendor).Distinct(StringComparer.Ordinal);
}
