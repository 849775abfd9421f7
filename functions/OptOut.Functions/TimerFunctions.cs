using Microsoft.Azure.Functions.Worker;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;
using OptOut.Records.Backup;
using OptOut.Records.Statistics;
using OptOut.Records.SuppressionFiles;

namespace OptOut.Functions;

/// <summary>The functions that timers start. Schedules are NCRONTAB, seconds first, in UTC.</summary>
internal sealed class TimerFunctions(
    Outbox outbox,
    SuppressionWriter suppressions,
    StatisticsWriter statistics,
    Reconciler reconciler,
    BackupWriter backups,
    OptOutMetrics metrics)
{
    [Function("SweepOutbox")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        outbox.SweepAsync(cancellationToken);

    // After the registers have been read at two: anyone who registered yesterday is in today's file.
    [Function("WriteSuppressions")]
    public Task WriteSuppressions([TimerTrigger("0 0 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        suppressions.WriteAllAsync(cancellationToken);

    // The first run after midnight completes the day before.
    [Function("WriteStatistics")]
    public Task WriteStatistics([TimerTrigger("0 5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        statistics.RunAsync(cancellationToken);

    [Function("Reconcile")]
    public async Task Reconcile([TimerTrigger("0 0 2 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        metrics.Reconciled(await reconciler.RunAsync(cancellationToken));

    // After the reconciliation, and after the ledgers were verified at four.
    [Function("BackUp")]
    public async Task BackUp([TimerTrigger("0 30 4 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        metrics.BackedUp((await backups.RunAsync(cancellationToken)).HasShrunk);
}
