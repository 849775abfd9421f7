using Microsoft.Azure.Functions.Worker;
using OptOut.Intake;
using OptOut.Reconciliation;
using OptOut.Suppressions;

namespace OptOut.Functions;

/// <summary>What the clock starts. Schedules are NCRONTAB, seconds first, in UTC.</summary>
public sealed class TimerFunctions(Outbox outbox, SuppressionWriter suppressions, Reconciler reconciler)
{
    [Function("SweepOutbox")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => outbox.SweepAsync(cancellationToken);

    [Function("WriteSuppressions")]
    public Task WriteSuppressions([TimerTrigger("0 0 1 * * *")] TimerInfo timer, CancellationToken cancellationToken) => suppressions.WriteAllAsync(cancellationToken);

    [Function("Reconcile")]
    public Task Reconcile([TimerTrigger("0 0 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) => reconciler.RunAsync(cancellationToken);
}
