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

    // The trace of the message that is handled, and the span of the batch that it came in.
    private static readonly AsyncLocal<(ActivityContext Message, ActivityContext Batch)> Continued = new();

    /// <summary>The W3C traceparent for a message that is sent now; null if there is no trace.</summary>
    public static string? TraceParent => (Activity.Current?.Context ?? Continued.Value.Message) is { SpanId: var span } context && span != default
        ? $"00-{context.TraceId}-{span}-{(int)context.TraceFlags:x2}"
        : null;

    /// <summary>
    /// Continues the trace of one message of a batch, for the calling method and what it calls. The spans link to that of the batch.
    /// </summary>
    /// <param name="traceParent">The message's W3C traceparent, if it has one.</param>
    public static void Continue(string? traceParent)
    {
        var message = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parsed) ? parsed : default;
        Continued.Value = (message, Activity.Current?.Context ?? default);
        Activity.Current = null;
    }

    /// <summary>Notes on the span of the function that was called what it took in: of several submissions, the first.</summary>
    public static void TakenIn(IReadOnlyList<Change> changes, bool isDurable)
    {
        if (Activity.Current is { } function && function.GetTagItem(Subject) is null)
        {
            function.SetTag(Subject, changes[0].Subject.ToString())
                .SetTag("optout.source", changes[0].Source.ToString())
                .SetTag("optout.changes", changes.Count)
                .SetTag("optout.durable", isDurable);
        }
    }

    /// <returns>Null if there is no listener.</returns>
    public static Activity? Apply(SubjectKey subject) => Start("optout apply")?.SetTag(Subject, subject.ToString());

    public static Activity? Push(string vendor, SubjectKey subject, int attempt) => Start($"optout push {vendor}")
        ?.SetTag(Vendor, vendor)
        .SetTag(Subject, subject.ToString())
        .SetTag("optout.attempt", attempt);

    /// <param name="what">The kind of mail, in a word or two.</param>
    public static Activity? Mail(string what) => Start("optout mail")?.SetTag("optout.mail", what);

    /// <summary>
    /// A call to a vendor's API, exported only if it fails: the span of the push or the mail says the rest. HttpClient's own span is off,
    /// because it contains the URL.
    /// </summary>
    /// <param name="operation">As documented by the vendor, with placeholders for personal data.</param>
    public static Activity? Call(string vendor, string operation) =>
        Start($"{vendor} {operation}", ActivityKind.Client)?.SetTag(Vendor, vendor);

    private static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) =>
        Activity.Current is null && Continued.Value is var (message, batch)
            ? Source.StartActivity(name, kind, message, links: batch == default ? null : [new ActivityLink(batch)])
            : Source.StartActivity(name, kind);

    /// <param name="status">The HTTP status of the response; null if there was none.</param>
    /// <param name="fault">The kind of failure, if there was no response.</param>
    public static void Answered(this Activity? call, int? status, string? fault = null)
    {
        call?.SetTag("http.response.status_code", status);
        if (fault is not null)
            call?.SetTag("error.type", fault).SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Keeps the exporters from sending the span.</summary>
    public static void Succeeded(this Activity? call)
    {
        if (call is not null)
            call.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    /// <param name="outcome"><c>confirmed</c>, <c>transient</c> or <c>rejected</c>.</param>
    public static void Ended(this Activity? activity, string outcome)
    {
        activity?.SetTag(Outcome, outcome);
        if (outcome == "rejected")
            activity?.SetStatus(ActivityStatusCode.Error);
    }
}
