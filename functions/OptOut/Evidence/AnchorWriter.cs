using Microsoft.Extensions.Logging;
using OptOut.Records;
using OptOut.Records.Feed;

namespace OptOut.Evidence;

/// <summary>
/// Records where the ledgers end, in blobs that nobody can alter: the heads in the feed since the last run, without those that were
/// anchored then. The anchor is written first and the position moved after it. After a crash in between, the next run reads the same heads:
/// it leaves out what it finds in the newest anchors, and anchors the rest a second time, which is still correct.
/// </summary>
internal sealed partial class AnchorWriter(
    FeedReader feed, FeedPositions positions, AnchorStore anchors, TimeProvider time, ILogger<AnchorWriter> logger)
{
    /// <summary>The most heads in one anchor, 4.8 MB of text in memory. Further heads go into further anchors.</summary>
    internal const int MaxHeads = 50_000;

    // How many anchors are searched for heads that need not be anchored again: 40 MB in memory if they are full.
    private const int MaxSearched = 4;

    /// <summary>Anchors the new heads. When there are none, no anchor is written.</summary>
    /// <exception cref="InvalidOperationException">The newest anchor is being deleted.</exception>
    /// <exception cref="Platform.StoreUnavailableException">
    /// The store did not accept the anchor; what is not anchored still waits.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var position = await positions.FindAsync(FeedPositions.Anchors, cancellationToken);
        var numbers = await anchors.NumbersAsync(cancellationToken);
        AnchorDigest? newest = null;
        if (numbers is [.., var last])
        {
            newest = await anchors.DigestAsync(last, cancellationToken)
                ?? throw new InvalidOperationException($"{Anchor.Name(last)} was listed and is gone: nothing may be anchored after it.");
        }

        var anchored = await AnchoredAsync(numbers, position.At - FeedReader.Overlap, cancellationToken);
        await foreach (var heads in feed.HeadsSinceAsync(position.At, cancellationToken)
            .Where(head => !anchored.Contains(head)).Chunk(MaxHeads).WithCancellation(cancellationToken))
        {
            var anchor = new Anchor(
                (newest?.Number ?? 0) + 1, time.GetUtcNow(), newest,
                [.. heads.Distinct().OrderBy(h => h.Subject.Value).ThenBy(h => h.Sequence)]);
            if (await anchors.TryWriteAsync(anchor, cancellationToken) is not { } written)
            {
                LogOvertaken(Anchor.Name(anchor.Number));
                return;
            }

            // The log is kept elsewhere: this line pins the anchor and, through the chain, every one before it.
            LogAnchored(Anchor.Name(written.Number), written.Sha256, anchor.Heads.Count);
            newest = written;
        }

        await positions.MoveAsync(position, began, cancellationToken);
    }

    /// <returns>The heads in the newest anchor, and in those made since the moment from which the feed is read.</returns>
    private async Task<HashSet<AnchoredHead>> AnchoredAsync(
        IReadOnlyList<long> numbers, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var heads = new HashSet<AnchoredHead>();
        foreach (var number in numbers.Reverse().Take(MaxSearched))
        {
            try
            {
                if (await anchors.FindAsync(number, cancellationToken) is not { } found
                    || (found.Anchor.Made < since && number != numbers[^1]))
                {
                    break;
                }

                heads.UnionWith(found.Anchor.Heads);
            }
            catch (FormatException)
            {
                // The nightly verification reports it. What it may have had is anchored again.
                break;
            }
        }

        return heads;
    }

    [LoggerMessage(LogLevel.Information, "Anchor {Anchor} with SHA-256 {Sha256} contains {Count} heads")]
    private partial void LogAnchored(string anchor, string sha256, int count);

    [LoggerMessage(LogLevel.Warning, "Another instance wrote anchor {Anchor}; heads that it did not anchor wait for the next run")]
    private partial void LogOvertaken(string anchor);
}
