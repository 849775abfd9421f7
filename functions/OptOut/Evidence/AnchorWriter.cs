using Microsoft.Extensions.Logging;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// Writes down where the ledgers end, in blobs that nobody can alter. First the anchor, then the rows go: a crash in between leaves rows that are anchored
/// once more, which is as true the second time.
/// </summary>
internal sealed partial class AnchorWriter
{
    /// <summary>The heads of one anchor, held in memory: 4.8 MB of text. More make further anchors.</summary>
    internal const int MaxHeads = 50_000;

    private readonly LedgerHeads _heads;
    private readonly AnchorStore _anchors;
    private readonly TimeProvider _time;
    private readonly ILogger<AnchorWriter> _logger;

    public AnchorWriter(LedgerHeads heads, AnchorStore anchors, TimeProvider time, ILogger<AnchorWriter> logger) =>
        (_heads, _anchors, _time, _logger) = (heads, anchors, time, logger);

    /// <summary>Anchors what waits. Nothing waits: nothing is written.</summary>
    /// <exception cref="InvalidOperationException">The newest anchor is being deleted.</exception>
    /// <exception cref="Platform.StoreUnavailableException">The store did not take it; what is not anchored still waits.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AnchorDigest? newest = null;
        if (await _anchors.NumbersAsync(cancellationToken) is [.., var last])
            newest = await _anchors.LinkAsync(last, cancellationToken) ?? throw new InvalidOperationException($"{Anchor.Name(last)} was listed and is gone: nothing may be anchored after it.");

        await foreach (var rows in _heads.ScanAsync(cancellationToken).Chunk(MaxHeads).WithCancellation(cancellationToken))
        {
            var anchor = new Anchor(
                (newest?.Number ?? 0) + 1, _time.GetUtcNow(), newest,
                [.. rows.Select(r => r.Head).OrderBy(h => h.Subject.Value).ThenBy(h => h.Sequence)]);
            if (await _anchors.TryWriteAsync(anchor, cancellationToken) is not { } written)
            {
                LogOvertaken(Anchor.Name(anchor.Number));
                return;
            }

            // The log is kept elsewhere: what stands in it pins this anchor, and by the chain every one before.
            LogAnchored(Anchor.Name(written.Number), written.Sha256, anchor.Heads.Count);
            newest = written;
            await _heads.DeleteAsync(rows, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Anchor {Anchor} with SHA-256 {Sha256} holds {Count} heads")]
    private partial void LogAnchored(string anchor, string sha256, int count);

    [LoggerMessage(LogLevel.Warning, "Another start wrote anchor {Anchor}; what it did not anchor waits for the next run")]
    private partial void LogOvertaken(string anchor);
}
