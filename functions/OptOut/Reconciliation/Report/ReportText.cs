using System.Globalization;
using System.Text;

namespace OptOut.Reconciliation.Report;

/// <summary>A short form of the report, for mail programs that show plain text.</summary>
internal static class ReportText
{
    public static string Render(ReconciliationReport report)
    {
        var text = new StringBuilder();
        text.Append(report.Verdict).Append("\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"Run {report.RunId:D}, {ReportWords.Moment(report.Started)} to {ReportWords.Moment(report.Finished)}\n");
        foreach (var vendor in report.Vendors)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{vendor.Vendor}: {ReportWords.Status(vendor)}\n");
            if (vendor.Status == VendorRunStatus.Busy)
                continue;
            foreach (var (label, value) in ReportWords.Figures(vendor))
                text.Append(CultureInfo.InvariantCulture, $"- {label}: {value}\n");
            foreach (var problem in ReportWords.Problems(vendor))
                text.Append(CultureInfo.InvariantCulture, $"! {problem}\n");
        }

        if (report.DeadLetters is { Count: > 0 } dead)
        {
            text.Append("\nDead letters\n");
            foreach (var group in dead)
                text.Append(CultureInfo.InvariantCulture, $"! {DeadLetterWords.What(group)}: {DeadLetterWords.HowMany(group)}\n");
        }

        if (report.Unannounced is { } unannounced and not { Links: 0, Stops: 0 })
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{UnannouncedWords.Title}\n");
            foreach (var (label, value) in UnannouncedWords.Figures(unannounced))
                text.Append(CultureInfo.InvariantCulture, $"- {label}: {value}\n");
            text.Append(CultureInfo.InvariantCulture, $"! {UnannouncedWords.Fix}\n");
        }

        if (report.UnreadEvents is { Count: > 0 } unread)
        {
            text.Append("\nWebhook events that were not understood\n");
            foreach (var events in unread)
                text.Append(CultureInfo.InvariantCulture, $"! {events.Vendor}: {ReportWords.UnreadEvents(events)}\n");
        }

        return text.ToString();
    }
}
