using Microsoft.Azure.Functions.Worker;
using OptOut.Intake;
using OptOut.Reconciliation;
using OptOut.Telemetry;

namespace OptOut.Functions;

/// <summary>What the clock starts. Schedules are NCRONTAB, seconds first, in UTC.</summary>
public sealed class TimerFunctions(Outbox outbox, Reconciler reconciler, OptOutMetrics metrics)
{
    [Function("SweepOutbox")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => outbox.SweepAsync(cancellationToken);

    [Function("Reconcile")]
    public async Task Reconcile([TimerTrigger("0 0 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        metrics.Reconciled(await reconciler.RunAsync(cancellationToken));
}
