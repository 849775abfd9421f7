using System.Globalization;
using OptOut.Delivery;
using OptOut.Records;

namespace OptOut.Reconciliation.Report;

/// <summary>Sums up in one sentence what the vendors' runs found.</summary>
internal static class ReportVerdict
{
    // A nightly run that starts a little late still counts as the last day.
    private static readonly TimeSpan LastDay = TimeSpan.FromHours(25);

    public static ReconciliationReport Create(
        Guid runId, DateTimeOffset started, DateTimeOffset finished, IReadOnlyList<VendorReport> vendors)
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

    /// <summary>Adds the dead letters to the report: while there are any, it cannot state that every opt-out is honoured.</summary>
    /// <param name="deadLetters">Null when they could not be counted.</param>
    public static ReconciliationReport With(this ReconciliationReport report, IReadOnlyList<DeadLetterGroup>? deadLetters)
    {
        report = report with { DeadLetters = deadLetters };
        if (deadLetters is null or [])
            return report;
        var count = deadLetters.Sum(d => d.Count);
        var sentence = count == 1
            ? "1 message is dead-lettered: fix its cause and replay it."
            : string.Create(CultureInfo.InvariantCulture, $"{count:N0} messages are dead-lettered: fix their cause and replay them.");
        return report with { NeedsAttention = true, Verdict = report.NeedsAttention ? $"{report.Verdict} {sentence}" : sentence };
    }

    /// <summary>Adds the webhook events that nobody understood. While one may be an opt-out, somebody must look into it.</summary>
    /// <param name="events">Null when they could not be counted.</param>
    public static ReconciliationReport With(this ReconciliationReport report, IReadOnlyList<UnreadEvents>? events)
    {
        report = report with { UnreadEvents = events };
        var count = events?.Sum(e => e.Unreadable) ?? 0;
        if (count == 0)
            return report;
        var sentence = count == 1
            ? "1 webhook event could not be read: see which vendor sent it."
            : string.Create(CultureInfo.InvariantCulture, $"{count:N0} webhook events could not be read: see which vendors sent them.");
        return report with { NeedsAttention = true, Verdict = report.NeedsAttention ? $"{report.Verdict} {sentence}" : sentence };
    }

    private static string Sentence(IReadOnlyList<VendorReport> vendors, string[] attention, string[] busy)
    {
        if (vendors.Count == 0)
            return "No vendor is set up, so nothing was compared.";
        if (attention.Length > 0)
        {
            return attention.Length == 1
                ? $"1 vendor needs attention: {attention[0]}."
                : $"{attention.Length} vendors need attention: {string.Join(", ", attention)}.";
        }

        if (busy.Length > 0)
            return $"Not every vendor was compared: another run is working on {string.Join(", ", busy)}.";

        var from = vendors.Min(v => v.From);
        var span = vendors.Max(v => v.Until) - from <= LastDay
            ? "of the last day"
            : "since " + from.UtcDateTime.ToString("d MMMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        string[] withoutLists = [.. Names(vendors.Where(v => !v.Comparable))];
        return $"Every opt-out {span} is honoured."
            + vendors.Sum(v => v.Recorded + v.Removed + v.PushedAgain) switch
            {
                0 => "",
                1 => " 1 difference was found and repaired.",
                var n => string.Create(CultureInfo.InvariantCulture, $" {n:N0} differences were found and repaired."),
            }
            + (withoutLists.Length == 0
                ? ""
                : $" For {string.Join(", ", withoutLists)}, only what was confirmed could be "
                    + "checked, because there is no list to compare.");
    }

    private static IEnumerable<string> Names(IEnumerable<VendorReport> vendors) =>
        vendors.Select(v => v.Vendor).Distinct(StringComparer.Ordinal);
}
