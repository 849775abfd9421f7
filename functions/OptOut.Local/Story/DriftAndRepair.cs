using OptOut.Reconciliation.Report;

namespace OptOut.Local.Story;

/// <summary>The lists are made to differ, both ways, and the nightly comparison is run ahead of its time.</summary>
internal static class DriftAndRepair
{
    // Every person's row is looked at, and the emulator is slower at that than Azure.
    private static readonly TimeSpan Run = TimeSpan.FromMinutes(3);

    public static Chapter Create(Scene scene) => new("Drift, and the nightly comparison",
    [
        new("Bram unsubscribes at SendGrid, and its message to us gets lost", token => MissedAsync(scene, token)),
        new("Somebody deletes Anna from SendGrid's global list by hand", token => DeletedAsync(scene, token)),
        new("The nightly comparison finds both, and mails its report", token => CompareAsync(scene, token)) { Timeout = Run },
        new("Bram is stopped here as well, and on SendGrid's other lists", token => RecordedAsync(scene, token)),
        new("Anna is on SendGrid's global list again", token => PushedAgainAsync(scene, token)),
        new("The comparison runs again, and finds nothing", token => CompareAgainAsync(scene, token)) { Timeout = Run },
        new("From press to SendGrid's confirmation: half of them / 95 % / slowest", token => TimesAsync(scene, token)),
    ]);

    private static async Task<string> MissedAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.BramKey = await scene.Api.RegisterAsync(scene.Bram, "nl", cancellationToken);
        await scene.SendGrid.UnsubscribeUnseenAsync(scene.Bram.Email, cancellationToken);
        Expect.That(await scene.Api.MayAsync(scene.Bram, "email", cancellationToken), "yes, for we were not told", "no");
        return "1 unknown to us";
    }

    private static async Task<string> DeletedAsync(Scene scene, CancellationToken cancellationToken)
    {
        await scene.SendGrid.DeleteEntryAsync(scene.Anna.Email, cancellationToken);
        var lists = await scene.SendGrid.ListsWithAsync(scene.Anna.Email, cancellationToken);
        Expect.That(!lists.Contains("global"), "that it is gone", string.Join(", ", lists));
        return "1 unknown to SendGrid";
    }

    private static async Task<string> CompareAsync(Scene scene, CancellationToken cancellationToken)
    {
        var report = await RunAsync(scene, cancellationToken);
        scene.ReportPage = await scene.Records.LatestPageAsync(cancellationToken);
        Expect.That(report.Vendors.All(v => v.Status == VendorRunStatus.Complete), "a complete run", report.Verdict);
        var (missed, lost) = (SendGrid(report).Recorded, SendGrid(report).PushedAgain);
        Expect.That(Is(scene, 1, missed) && Is(scene, 1, lost), "1 Stop we had missed and 1 entry SendGrid had lost", $"{missed} and {lost}");
        Expect.That(report.Mail == "sent", "the report on its way to the privacy address", report.Mail ?? "not a word of it");
        return $"{missed + lost} found, {Figures.Seconds(report.Finished - report.Started)}";
    }

    private static async Task<string> RecordedAsync(Scene scene, CancellationToken cancellationToken)
    {
        Noted(scene, scene.BramKey, SubjectEvent.StopRecorded);
        await scene.SoonAsync(token => scene.Api.MayAsync(scene.Bram, "email", token), may => !may, "no longer a yes", _ => "yes", cancellationToken);
        var lists = await scene.SoonAsync(
            token => scene.SendGrid.ListsWithAsync(scene.Bram.Email, token), lists => lists.Count == 4, "him on the global list and in 3 groups", lists => string.Join(", ", lists), cancellationToken);
        return $"1 repaired, {Figures.Count(lists.Count, "list", "lists")}";
    }

    private static async Task<string> PushedAgainAsync(Scene scene, CancellationToken cancellationToken)
    {
        Noted(scene, scene.AnnaKey, SubjectEvent.PushedAgain);
        var lists = await scene.SendGrid.ListsWithAsync(scene.Anna.Email, cancellationToken);
        Expect.That(lists.Contains("global"), "her on the global list", string.Join(", ", lists));
        return $"1 repaired, {Figures.Count(lists.Count, "list", "lists")}";
    }

    private static async Task<string> CompareAgainAsync(Scene scene, CancellationToken cancellationToken)
    {
        var report = await RunAsync(scene, cancellationToken);
        var found = report.Vendors.Sum(v => v.Recorded + v.Removed + v.PushedAgain);
        Expect.That(found == 0 && !report.NeedsAttention, "no difference, and nothing to look at", $"{found}: {report.Verdict}");
        return $"0 found, {Figures.Seconds(report.Finished - report.Started)}";
    }

    private static Task<string> TimesAsync(Scene scene, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var times = SendGrid(scene.Report!).TimeToStop ?? throw new StepFailedException("the times of everybody who stopped", "none in the report");

        // Anna, Bram and the others.
        var people = scene.Others.Count + 2;
        Expect.That(Is(scene, people, times.Count), Figures.Count(people, "person", "people"), Figures.Count(times.Count, "person", "people"));
        Expect.That(times.P50 > TimeSpan.Zero && times.P50 <= times.P95 && times.P95 <= times.Max, "times in their order", times.ToString());
        return Task.FromResult(FormattableString.Invariant($"{times.P50.TotalMilliseconds:N0} / {times.P95.TotalMilliseconds:N0} / {times.Max.TotalMilliseconds:N0} ms"));
    }

    private static async Task<ReconciliationReport> RunAsync(Scene scene, CancellationToken cancellationToken)
    {
        var last = (await scene.Records.LatestReportAsync(cancellationToken))?.RunId;
        await scene.Api.StartAsync("Reconcile", cancellationToken);

        // Written once before it is mailed, and once more with what became of the mail.
        return scene.Report = (await scene.SoonAsync(
            scene.Records.LatestReportAsync, report => report is { Mail: not null } && report.RunId != last, "a new report", _ => "none", cancellationToken))!;
    }

    private static void Noted(Scene scene, Consent.SubjectKey subject, SubjectEvent what)
    {
        var notes = SendGrid(scene.Report!).Subjects;
        Expect.That(notes.Contains(new SubjectNote(subject.ToString(), what)), $"{what} in the report", string.Join(", ", notes.Where(n => n.Subject == subject.ToString()).Select(n => n.Event).DefaultIfEmpty()));
    }

    private static VendorReport SendGrid(ReconciliationReport report) => report.Vendors.Single(v => v.Vendor == "sendgrid");

    // Data from before may hold differences and people of its own.
    private static bool Is(Scene scene, int expected, int seen) => scene.IsFresh ? seen == expected : seen >= expected;
}
