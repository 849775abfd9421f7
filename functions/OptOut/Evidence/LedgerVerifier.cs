using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Records.Feed;

namespace OptOut.Evidence;

/// <summary>
/// Compares the anchors with each other, and the ledgers with the anchors. Each night it reads the newest anchors and as many older ones,
/// from a random one onwards; and it checks the ledgers of the last day, and those of a day that begins at a random anchor.
/// </summary>
internal sealed partial class LedgerVerifier(
    AnchorStore anchors,
    AnchorChain chain,
    FeedReader feed,
    FeedPositions positions,
    LedgerCheck ledgers,
    LedgerReports reports,
    IOptions<AnchorOptions> options,
    TimeProvider time,
    ILogger<LedgerVerifier> logger)
{
    private const int MaxListed = 200, Parallelism = 16;

    // A day, with a margin for differing clocks and a late start.
    private static readonly TimeSpan Recent = TimeSpan.FromHours(25), Day = TimeSpan.FromDays(1);

    // Anchors are made each hour: heads that wait longer than this wait because of a fault.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(3);

    private readonly AnchorOptions _options = options.Value;

    /// <returns>The report, as it was written.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store could not be read, or the report not written.</exception>
    public async Task<LedgerReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var found = new ConcurrentQueue<LedgerMismatch>();
        var sample = new HeadSample(_options.MaxVerified);
        var summary = await AnchorsAsync(started, sample, found.Enqueue, cancellationToken);
        if (await AreHeadsWaitingAsync(started - LongestWait, cancellationToken))
        {
            found.Enqueue(
                AnchorChain.Mismatch("Heads have waited for more than three hours and are in no anchor: AnchorLedgers is not working.", 0));
        }

        var subjects = sample.Taken.GroupBy(h => h.Subject).ToList();
        await Parallel.ForEachAsync(
            subjects,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (subject, cancel) =>
            {
                if (await ledgers.CheckAsync(subject.Key, [.. subject], cancel) is { } mismatch)
                    found.Enqueue(mismatch);
            });

        LedgerMismatch[] mismatches =
            [.. found.OrderBy(m => m.Kind).ThenBy(m => m.Subject, StringComparer.Ordinal).ThenBy(m => m.Sequence)];
        var report = new LedgerReport
        {
            Started = started,
            Finished = time.GetUtcNow(),
            Verdict = mismatches.Length == 0
                ? "Every ledger that was checked matches its anchors."
                : $"Mismatches found: {mismatches.Length}. Something was altered or is missing: look into it.",
            Anchors = summary.Total,
            AnchorsRead = summary.Read,
            Newest = summary.Newest,
            Heads = sample.Seen,
            HeadsVerified = sample.Taken.Count,
            Subjects = subjects.Count,
            Counts = Enum.GetValues<MismatchKind>()
                .ToDictionary(Word, kind => mismatches.Count(m => m.Kind == kind), StringComparer.Ordinal),
            Mismatches = [.. mismatches.Take(MaxListed)],
        };
        await reports.WriteAsync(report, cancellationToken);
        foreach (var mismatch in report.Mismatches)
            LogMismatch(Word(mismatch.Kind), mismatch.Subject ?? "an anchor", mismatch.Sequence, mismatch.What);
        LogVerified(report.HeadsVerified, report.Heads, report.Subjects, report.AnchorsRead, report.Anchors, mismatches.Length);
        return report;
    }

    // Nobody has read the feed for the anchors since, and there was something to read.
    private async Task<bool> AreHeadsWaitingAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var read = (await positions.FindAsync(FeedPositions.Anchors, cancellationToken)).At;
        return !(read >= since) && await feed.AnyHeadAsync(read, since, cancellationToken);
    }

    private async Task<(int Total, int Read, AnchorDigest? Newest)> AnchorsAsync(
        DateTimeOffset now, HeadSample sample, Action<LedgerMismatch> found, CancellationToken cancellationToken)
    {
        var numbers = await anchors.NumbersAsync(cancellationToken);
        foreach (var gap in AnchorChain.Gaps(numbers, _options.Oldest))
            found(gap);
        if ((await reports.FindLatestAsync(cancellationToken))?.Newest is { } seen
            && await anchors.DigestAsync(seen.Number, cancellationToken) != seen)
        {
            found(
                AnchorChain.Mismatch($"{Anchor.Name(seen.Number)} was the newest in the last report, and has changed since.", seen.Number));
        }

        var read = new HashSet<long>();
        var firstRecent = long.MaxValue;
        AnchorDigest? newest = null;
        await chain.ReadAsync(
            numbers.TakeLast(_options.MaxChained),
            (anchor, digest) =>
            {
                read.Add(anchor.Number);
                newest = digest;
                if (anchor.Made <= now - Recent)
                    return;
                firstRecent = Math.Min(firstRecent, anchor.Number);
                AddAll(anchor);
            },
            found,
            cancellationToken);

        List<long> older = [.. numbers.Where(n => n < firstRecent)];
        if (older.Count > 0)
        {
            DateTimeOffset? first = null;
            await chain.ReadAsync(
                older.Skip(RandomNumberGenerator.GetInt32(older.Count)).Take(_options.MaxChained),
                (anchor, _) =>
                {
                    read.Add(anchor.Number);
                    first ??= anchor.Made;
                    if (anchor.Made < first + Day)
                        AddAll(anchor);
                },
                // A mismatch of an anchor that was read above has been reported.
                ReportOnce,
                cancellationToken);
        }

        return (numbers.Count, read.Count, newest);

        void AddAll(Anchor anchor)
        {
            foreach (var head in anchor.Heads)
                sample.Add(head);
        }

        void ReportOnce(LedgerMismatch mismatch)
        {
            if (mismatch.Sequence < numbers[Math.Max(0, numbers.Count - _options.MaxChained)])
                found(mismatch);
        }
    }

    internal static string Word(MismatchKind kind) => kind switch
    {
        MismatchKind.Altered => "altered",
        MismatchKind.Missing => "missing",
        MismatchKind.State => "state",
        _ => "anchor",
    };

    [LoggerMessage(LogLevel.Error, "Ledger mismatch ({Kind}) at {Subject}, {Sequence}: {What}")]
    private partial void LogMismatch(string kind, string subject, long sequence, string what);

    [LoggerMessage(
        LogLevel.Information,
        "Verified {Verified} of {Heads} anchored heads, of {Subjects} subjects, and {Read} of {Anchors} anchors: {Mismatches} mismatches")]
    private partial void LogVerified(int verified, long heads, int subjects, int read, int anchors, int mismatches);
}
