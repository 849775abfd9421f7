using System.Diagnostics;
using OptOut.Consent;

namespace OptOut.Platform.Telemetry;

/// <summary>
/// The product's spans. They contain vendors, outcomes, statuses, operations with their documented placeholders, and subject keys. They
/// never contain a contact point, a link's token, or a vendor's URL, which may contain either.
/// </summary>
internal static class OptOutTrace
{
    public const string SourceName = "OptOut";

    private const string Subject = "optout.subject", Vendor = "optout.vendor", Outcome = "optout.outcome";

    private static readonly ActivitySource Source = new(SourceName);

    /// <returns>Null if there is no listener.</returns>
    public static Activity? Intake(IReadOnlyList<Change> changes) => Source.StartActivity("optout intake")
        ?.SetTag(Subject, changes[0].Subject.ToString())
        .SetTag("optout.source", changes[0].Source.ToString())
        .SetTag("optout.changes", changes.Count);

    public static Activity? Apply(SubjectKey subject) => Source.StartActivity("optout apply")?.SetTag(Subject, subject.ToString());

    public static Activity? Push(string vendor, SubjectKey subject, int attempt) => Source.StartActivity($"optout push {vendor}")
        ?.SetTag(Vendor, vendor)
        .SetTag(Subject, subject.ToString())
        .SetTag("optout.attempt", attempt);

    /// <param name="what">The kind of mail, in a word or two.</param>
    public static Activity? Mail(string what) => Source.StartActivity("optout mail")?.SetTag("optout.mail", what);

    /// <summary>A call to a vendor's API. HttpClient's own span is off, because it contains the URL.</summary>
    /// <param name="operation">As documented by the vendor, with placeholders for personal data.</param>
    public static Activity? Call(string vendor, string operation) =>
        Source.StartActivity($"{vendor} {operation}", ActivityKind.Client)?.SetTag(Vendor, vendor);

    /// <param name="status">The HTTP status of the response; null if there was none.</param>
    /// <param name="fault">The kind of failure, if there was no response.</param>
    public static void Answered(this Activity? call, int? status, string? fault = null)
    {
        call?.SetTag("http.response.status_code", status);
        if (fault is not null)
            call?.SetTag("error.type", fault).SetStatus(ActivityStatusCode.Error);
    }

    /// <param name="outcome"><c>confirmed</c>, <c>transient</c> or <c>rejected</c>.</param>
    public static void Ended(this Activity? activity, string outcome)
    {
        activity?.SetTag(Outcome, outcome);
        if (outcome == "rejected")
            activity?.SetStatus(ActivityStatusCode.Error);
    }
}
