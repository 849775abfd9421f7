using OptOut.Reconciliation.Report;

namespace OptOut.Local.Walkthrough;

/// <summary>Creates drift in both directions, then runs the nightly reconciliation before it is due.</summary>
internal static class DriftSteps
{
    // The reconciliation reads every person's row, and the emulator is slower at that than Azure.
    private static readonly TimeSpan Run = TimeSpan.FromMinutes(3);

    public static StepGroup Create(DemoContext context) => new("Drift and the nightly reconciliation",
    [
        new("Bram unsubscribes at SendGrid, and its webhook call gets lost", token => UnsubscribeUnnoticedAsync(context, token)),
        new("Somebody deletes Anna from SendGrid's global list by hand", token => DeleteEntryAsync(context, token)),
        new("The nightly reconciliation finds both and mails its report", token => ReconcileAsync(context, token)) { Timeout = Run },
        new("Bram is now stopped in OptOut and on SendGrid's other lists", token => VerifyRecordedAsync(context, token)),
        new("Anna is on SendGrid's global list again", token => VerifyPushedAgainAsync(context, token)),
        new("The reconciliation runs again and finds nothing", token => ReconcileAgainAsync(context, token)) { Timeout = Run },
        new("Click to SendGrid's confirmation: median / 95th percentile / slowest", token => VerifyTimesAsync(context, token)),
    ]);

    private static async Task<string> UnsubscribeUnnoticedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        context.BramKey = await context.Api.RegisterAsync(context.Bram, "nl", cancellationToken);
        await context.SendGrid.UnsubscribeWithoutEventAsync(context.Bram.Email, cancellationToken);
        Expect.That(await context.Api.MaySendAsync(context.Bram, "email", cancellationToken), "yes, because the event got lost", "no");
        return "1 unknown to us";
    }

    private static async Task<string> DeleteEntryAsync(DemoContext context, CancellationToken cancellationToken)
    {
        await context.SendGrid.DeleteEntryAsync(context.Anna.Email, cancellationToken);
        var lists = await context.SendGrid.ListsContainingAsync(context.Anna.Email, cancellationToken);
        Expect.That(!lists.Contains("global"), "that it is gone", string.Join(", ", lists));
        return "1 unknown to SendGrid";
    }

    private static async Task<string> ReconcileAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var report = await RunAsync(context, cancellationToken);
        context.ReportPage = await context.Records.LatestPageAsync(cancellationToken);
        Expect.That(report.Vendors.All(v => v.Status == VendorRunStatus.Complete), "a complete run", report.Verdict);
        var (missed, lost) = (SendGrid(report).Recorded, SendGrid(report).PushedAgain);
        Expect.That(
            CountMatches(context, 1, missed) && CountMatches(context, 1, lost),
            "1 Stop we had missed and 1 entry SendGrid had lost",
            $"{missed} and {lost}");
        Expect.That(report.Mail == "sent", "the report to be mailed to the privacy address", report.Mail ?? "no outcome of the mail");
        return $"{missed + lost} found, {ResultFormat.Seconds(report.Finished - report.Started)}";
    }

    private static async Task<string> VerifyRecordedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        VerifyNote(context, context.BramKey, SubjectEvent.StopRecorded);
        await context.EventuallyAsync(
            token => context.Api.MaySendAsync(context.Bram, "email", token), may => !may, "no", _ => "yes", cancellationToken);
        var lists = await context.EventuallyAsync(
            token => context.SendGrid.ListsContainingAsync(context.Bram.Email, token),
            lists => lists.Count == 4,
            "him on the global list and in 3 groups",
            lists => string.Join(", ", lists),
            cancellationToken);
        return $"1 repaired, {ResultFormat.Count(lists.Count, "list", "lists")}";
    }

    private static async Task<string> VerifyPushedAgainAsync(DemoContext context, CancellationToken cancellationToken)
    {
        VerifyNote(context, context.AnnaKey, SubjectEvent.PushedAgain);
        var lists = await context.SendGrid.ListsContainingAsync(context.Anna.Email, cancellationToken);
        Expect.That(lists.Contains("global"), "her on the global list", string.Join(", ", lists));
        return $"1 repaired, {ResultFormat.Count(lists.Count, "list", "lists")}";
    }

    private static async Task<string> ReconcileAgainAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var report = await RunAsync(context, cancellationToken);
        var found = report.Vendors.Sum(v => v.Recorded + v.Removed + v.PushedAgain);
        Expect.That(found == 0 && !report.NeedsAttention, "no difference, and nothing that needs attention", $"{found}: {report.Verdict}");
        return $"0 found, {ResultFormat.Seconds(report.Finished - report.Started)}";
    }

    private static Task<string> VerifyTimesAsync(DemoContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var times = SendGrid(context.Report!).TimeToStop
            ?? throw new StepFailedException("the times of everyone who opted out", "none in the report");

        // Anna, Bram and the others.
        var people = context.Others.Count + 2;
        Expect.That(
            CountMatches(context, people, times.Count),
            ResultFormat.Count(people, "person", "people"),
            ResultFormat.Count(times.Count, "person", "people"));
        Expect.That(
            times.P50 > TimeSpan.Zero && times.P50 <= times.P95 && times.P95 <= times.Max, "times in ascending order", times.ToString());
        return Task.FromResult(FormattableString.Invariant(
            $"{times.P50.TotalMilliseconds:N0} / {times.P95.TotalMilliseconds:N0} / {times.Max.TotalMilliseconds:N0} ms"));
    }

    private static async Task<ReconciliationReport> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var last = (await context.Records.LatestReportAsync(cancellationToken))?.RunId;
        await context.Api.StartAsync("Reconcile", cancellationToken);

        // The report is written before it is mailed, and again with the outcome of the mail.
        return context.Report = (await context.EventuallyAsync(
            context.Records.LatestReportAsync,
            report => report is { Mail: not null } && report.RunId != last,
            "a new report",
            _ => "none",
            cancellationToken))!;
    }

    private static void VerifyNote(DemoContext context, Consent.SubjectKey subject, SubjectEvent what)
    {
        var notes = SendGrid(context.Report!).Subjects;
        Expect.That(
            notes.Contains(new SubjectNote(subject.ToString(), what)),
            $"{what} in the report",
            string.Join(", ", notes.Where(n => n.Subject == subject.ToString()).Select(n => n.Event).DefaultIfEmpty()));
    }

    private static VendorReport SendGrid(ReconciliationReport report) => report.Vendors.Single(v => v.Vendor == "sendgrid");

    // A given data folder may already contain people and differences.
    private static bool CountMatches(DemoContext context, int expected, int seen) => context.IsFresh ? seen == expected : seen >= expected;
}
