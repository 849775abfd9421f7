using OptOut.Records;

namespace OptOut.Reconciliation.Report;

/// <summary>The report's wording for customer numbers without a contact point, the same in the page and in the plain text.</summary>
internal static class UnannouncedWords
{
    public const string Title = "Customer numbers without a contact point",
        Fix = "A Stop for one of them stops nothing until you announce the person with PUT /api/subjects/{id}.";

    public static IEnumerable<(string Label, string Value)> Figures(UnannouncedCount unannounced) =>
    [
        ("With something stopped", ReportWords.Count(unannounced.Stops)),
        ("With a link made in the last 30 days", ReportWords.Count(unannounced.Links)),
    ];
}
