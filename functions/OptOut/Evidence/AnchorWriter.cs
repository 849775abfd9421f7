using Microsoft.Extensions.Logging;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// Records where the ledgers end, in blobs that nobody can alter. The anchor is written first and the rows are deleted after it: a crash in
/// between leaves rows that are anchored a second time, which is still correct.
/// </summary>
internal sealed partial class AnchorWriter(LedgerHeads heads, AnchorStore anchors, TimeProvider time, ILogger<AnchorWriter> logger)
{
    /// <summary>The most heads in one anchor, 4.8 MB of text in memory. Further heads go into further anchors.</summary>
    internal const int MaxHeads = 50_000;

    /// <summary>Anchors the waiting heads. When none are waiting, nothing is written.</summary>
    /// <exception cref="InvalidOperationException">The newest anchor is being deleted.</exception>
    /// <exception cref="Platform.StoreUnavailableException">
    /// The store did not accept the anchor; what is not anchored still waits.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AnchorDigest? newest = null;
        if (await anchors.NumbersAsync(cancellationToken) is [.., var last])
        {
            newest = await anchors.DigestAsync(last, cancellationToken)
                ?? throw new InvalidOperationException($"{Anchor.Name(last)} was listed and is gone: nothing may be anchored after it.");
        }

        await foreach (var rows in heads.ScanAsync(cancellationToken).Chunk(MaxHeads).WithCancellation(cancellationToken))
        {
            var anchor = new Anchor(
                (newest?.Number ?? 0) + 1, time.GetUtcNow(), newest,
                [.. rows.Select(r => r.Head).OrderBy(h => h.Subject.Value).ThenBy(h => h.Sequence)]);
            if (await anchors.TryWriteAsync(anchor, cancellationToken) is not { } written)
            {
                LogOvertaken(Anchor.Name(anchor.Number));
                return;
            }

            // The log is kept elsewhere: this line pins the anchor and, through the chain, every one before it.
            LogAnchored(Anchor.Name(written.Number), written.Sha256, anchor.Heads.Count);
            newest = written;
            await heads.DeleteAsync(rows, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Anchor {Anchor} with SHA-256 {Sha256} contains {Count} heads")]
    private partial void LogAnchored(string anchor, string sha256, int count);

    [LoggerMessage(LogLevel.Warning, "Another instance wrote anchor {Anchor}; heads that it did not anchor wait for the next run")]
    private partial void LogOvertaken(string anchor);
}
