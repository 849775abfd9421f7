using Microsoft.Azure.Functions.Worker;
using OptOut.Evidence;
using OptOut.Platform.Telemetry;
using OptOut.Records.Feed;

namespace OptOut.Functions;

/// <summary>The ledgers' anchors: written each hour, verified each night after the reconciliation and the suppression files.</summary>
internal sealed class LedgerFunctions(AnchorWriter anchors, FeedTrimmer feed, LedgerVerifier verifier, OptOutMetrics metrics)
{
    [Function("AnchorLedgers")]
    public async Task AnchorLedgers([TimerTrigger("0 30 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await anchors.RunAsync(cancellationToken);
        await feed.RunAsync(cancellationToken);
    }

    [Function("VerifyLedgers")]
    public async Task VerifyLedgers([TimerTrigger("0 0 4 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (var (kind, count) in (await verifier.RunAsync(cancellationToken)).Counts)
            metrics.LedgerMismatches(kind, count);
    }
}
