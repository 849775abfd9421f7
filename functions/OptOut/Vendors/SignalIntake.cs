using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Telemetry;

namespace OptOut.Vendors;

/// <summary>Records what a vendor told us of its own accord. Told again, it is recorded once.</summary>
public sealed partial class SignalIntake(IdentifierIntake intake, OptOutMetrics metrics, ILogger<SignalIntake> logger)
{
    // A webhook of thousands must be answered before the vendor gives up; more at once than this only makes the store queue.
    private const int Parallelism = 16;

    /// <returns>Whether every signal is durable; when not, the vendor must send them all again.</returns>
    /// <exception cref="Azure.RequestFailedException">The store cannot say whose identifiers they are.</exception>
    public async Task<bool> RecordAsync(string vendor, VendorSignals signals, CancellationToken cancellationToken)
    {
        metrics.VendorTold(vendor, signals);
        if (signals.Unreadable > 0)
            LogUnreadable(vendor, signals.Unreadable);

        var lost = 0;
        var byPerson = signals.Signals.GroupBy(s => s.Identifier);
        await Parallel.ForEachAsync(byPerson, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (signalsOfOne, token) =>
        {
            foreach (var signal in signalsOfOne)
            {
                if (await intake.RecordAsync(Stop(vendor, signal), AnswerWhen.Durable, token) is null)
                    Interlocked.Increment(ref lost);
            }
        });
        return lost == 0;
    }

    private static IdentifierStop Stop(string vendor, VendorSignal signal) => new(
        signal.Identifier, signal.Stop, signal.At, Source.VendorWebhook, new Evidence(Vendor: vendor, Reference: signal.EventKey), $"{vendor}:{signal.EventKey}");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Vendor} sent {Count} events that could not be read: one of them may be an opt-out, so look at its webhook's format; the nightly comparison brings in what was missed")]
    private partial void LogUnreadable(string vendor, int count);
}
