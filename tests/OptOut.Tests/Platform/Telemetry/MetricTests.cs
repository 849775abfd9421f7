using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Tests.Replies.Mail;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>Triggers each metric by real actions and verifies its value and tags, and that no other metric is recorded.</summary>
public sealed class MetricTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_press_counts_one_change_one_outcome_and_one_time_to_stop()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await StartAsync();
        var scope = host.Service<IMeterFactory>();
        var subject = await host.PutSubjectAsync("metric-1", ["metric-1@example.com"]);
        await host.QuietAsync();
        var token = await host.TokenAsync("metric-1");
        Assert.Empty(telemetry.Take(scope));

        await host.OneClickAsync(token);
        var row = await host.ConfirmedAsync(subject);
        await host.QuietAsync();

        var took = row.TimeToStop!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        Assert.Equal(
            [
                "optout.changes.recorded 1 source=OneClick decision=Stop",
                $"optout.stop.duration {took} vendor=sendgrid channel=email",
                "optout.vendor.outcomes 1 vendor=sendgrid outcome=confirmed",
            ],
            telemetry.Take(scope).Order(StringComparer.Ordinal));

        // The same press again is not a new change, and the vendor has confirmed it: nothing is due.
        await host.OneClickAsync(token);
        await host.QuietAsync();
        Assert.Empty(telemetry.Take(scope));
    }

    [Fact]
    public async Task Failures_and_rejections_of_a_vendor_are_counted_and_dead_letters_are_measured_until_they_are_gone()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await StartAsync(("OptOut:FanOut:MaxAttempts", "2"));
        var scope = host.Service<IMeterFactory>();
        await host.PutSubjectAsync("metric-2", ["metric-2@example.com"]);
        await host.QuietAsync();
        telemetry.Take(scope);
        host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Containing: "/v3/asm/"));

        await host.OneClickAsync(await host.TokenAsync("metric-2"));
        await OptOutHost.UntilAsync(async () => (await host.DeadLettersAsync("vendor-retry")).Count == 1);
        await host.RunTimerAsync("CountDeadLetters");

        var taken = telemetry.Take(scope);
        Assert.Equal(
            ["optout.vendor.outcomes 1 vendor=sendgrid outcome=gave-up", "optout.vendor.outcomes 1 vendor=sendgrid outcome=transient"],
            taken.Where(m => m.Contains("outcomes", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(taken, m => m.StartsWith("optout.stop.duration", StringComparison.Ordinal));
        Assert.Equal(
            "optout.deadletters.count 1 subscription=vendor-retry reason=GaveUp",
            Assert.Single(taken, m => m.StartsWith("optout.deadletters.count 1", StringComparison.Ordinal)));
        Assert.Equal((8 * 10) - 1, taken.Count(m => m.StartsWith("optout.deadletters.count 0", StringComparison.Ordinal)));

        host.Sandbox.SendGrid.Failures.Set(
            new SandboxFailure(SandboxFailureKind.Status, Status: 403, Message: "access forbidden", Containing: "/v3/asm/"));
        await host.SendAsync("POST", "/api/dead-letters/replay", key: OptOutHost.FunctionKey);
        await OptOutHost.UntilAsync(async () => (await host.DeadLettersAsync("vendor-retry")) is [{ DeadLetterReason: "Rejected" }]);
        await host.RunTimerAsync("CountDeadLetters");

        taken = telemetry.Take(scope);
        Assert.Contains("optout.vendor.outcomes 1 vendor=sendgrid outcome=rejected", taken);
        Assert.Contains("optout.deadletters.count 1 subscription=vendor-retry reason=Rejected", taken);
        Assert.Contains("optout.deadletters.count 0 subscription=vendor-retry reason=GaveUp", taken);
    }

    [Fact]
    public async Task Vendor_signals_the_outbox_depth_and_the_results_of_the_reconciliation_are_measured()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await StartAsync();
        var scope = host.Service<IMeterFactory>();
        var account = host.Sandbox.SendGrid;
        foreach (var id in new[] { "metric-3", "metric-4" })
            await host.PutSubjectAsync(id, [$"{id}@example.com"]);
        await host.QuietAsync();
        telemetry.Take(scope);

        await account.ActAsync("spamreport", "metric-3@example.com", cancellationToken: Cancel);
        await host.QuietAsync();
        Assert.Equal(
            [
                "optout.changes.recorded 1 source=VendorWebhook decision=Stop",
                "optout.vendor.outcomes 1 vendor=sendgrid outcome=confirmed",
                "optout.vendor.signals 1 vendor=sendgrid kind=complaints",
            ],
            telemetry.Take(scope).Where(m => !m.StartsWith("optout.stop", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        await InboundPost.SignedAsync(host, Encoding.UTF8.GetBytes("no form at all"), "text/plain");
        Assert.Contains("optout.mail.unreadable 1", telemetry.Take(scope));

        await host.StopBusAsync();
        await host.PressAsync(await host.TokenAsync("metric-3"));
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=metric-5%40example.com"));
        await host.RunTimerAsync("SweepOutbox");
        Assert.Equal(
            "optout.outbox.depth 2", Assert.Single(telemetry.Take(scope), m => m.StartsWith("optout.outbox", StringComparison.Ordinal)));
        await host.StartBusAsync();
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return telemetry.Take(scope).Contains("optout.outbox.depth 0");
        });
        await host.QuietAsync();

        account.AddGlobal(new SendGridEntry("metric-4@example.com", account.Now - 60));
        Assert.True(await host.RunTimerAsync("Reconcile"));
        var taken = telemetry.Take(scope);
        Assert.Contains("optout.drift.found 1 vendor=sendgrid direction=vendor-only", taken);
        Assert.Contains("optout.changes.recorded 1 source=Reconciliation decision=Stop", taken);
        Assert.Single(taken, m => m.StartsWith("optout.reconciliation.finished 1 vendor=sendgrid status=", StringComparison.Ordinal));
    }

    // The timers that measure run only when a test says so.
    private Task<OptOutHost> StartAsync(params (string Name, string Value)[] settings) => OptOutHost.StartAsync(
        azurite,
        settings: settings
            .Concat([("AzureWebJobs.SweepOutbox.Disabled", "true"), ("AzureWebJobs.CountDeadLetters.Disabled", "true")])
            .ToDictionary(s => s.Item1, s => (string?)s.Item2, StringComparer.Ordinal));
}
