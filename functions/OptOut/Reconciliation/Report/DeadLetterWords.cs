using OptOut.Delivery;

namespace OptOut.Reconciliation.Report;

/// <summary>The report's wording for dead letters, the same in the page and in the plain text.</summary>
internal static class DeadLetterWords
{
    public static string What(DeadLetterGroup group) => $"{group.Subscription}, {group.Vendor ?? "no vendor"}: {group.Reason}";

    public static string HowMany(DeadLetterGroup group) =>
        $"{ReportWords.Count(group.Count)}, the oldest from {ReportWords.Moment(group.Oldest)}";
}
