using Microsoft.Azure.Functions.Worker;
using OptOut.Intake;
using OptOut.Reconciliation;
using OptOut.Suppressions;
using OptOut.Telemetry;

namespace OptOut.Functions;

/// <summary>What the clock starts. Schedules are NCRONTAB, seconds first, in UTC.</summary>
public sealed class TimerFunctions(Outbox outbox, SuppressionWriter suppressions, Reconciler reconciler, OptOutMetrics metrics)
{
    [Function("SweepOutbox")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => outbox.SweepAsync(cancellationToken);

    // After the registers have been read at two: who registered yesterday is in the file of today.
    [Function("WriteSuppressions")]
    public Task WriteSuppressions([TimerTrigger("0 0 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) => suppressions.WriteAllAsync(cancellationToken);

    [Function("Reconcile")]
    public async Task Reconcile([TimerTrigger("0 0 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        metrics.Reconciled(await reconciler.RunAsync(cancellationToken));
}
