using Microsoft.Azure.Functions.Worker;
using OptOut.Intake;

namespace OptOut.Functions;

/// <summary>What the clock starts.</summary>
public sealed class TimerFunctions(Outbox outbox)
{
    [Function("SweepOutbox")]
    public Task SweepOutbox([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => outbox.SweepAsync(cancellationToken);
}
