using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// Holds the anchors against each other, and the ledgers against the anchors. Each night the newest anchors and as many older ones from a random place on; the
/// ledgers of the last day, and of a day from a random anchor on.
/// </summary>
internal sealed partial class LedgerVerifier
{
    private const int MaxListed = 200, AtOnce = 16;

    // A day, and what the clock and a late start may take from it.
    private static readonly TimeSpan Recent = TimeSpan.FromHours(25), Day = TimeSpan.FromDays(1);

    // Anchors are made each hour: whoever waits longer than this waits for a fault to be mended.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(3);

    private readonly AnchorStore _anchors;
    private readonly AnchorChain _chain;
    private readonly LedgerHeads _heads;
    private readonly LedgerCheck _ledgers;
    private readonly LedgerReports _reports;
    private readonly AnchorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<LedgerVerifier> _logger;

    public LedgerVerifier(
        AnchorStore anchors, AnchorChain chain, LedgerHeads heads, LedgerCheck ledgers, LedgerReports reports, IOptions<AnchorOptions> options, TimeProvider time, ILogger<LedgerVerifier> logger) =>
        (_anchors, _chain, _heads, _ledgers, _reports, _options, _time, _logger) = (anchors, chain, heads, ledgers, reports, options.Value, time, logger);

    /// <returns>The report, as it was written.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store could not be read, or the report not written.</exception>
    public async Task<LedgerReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetUtcNow();
        var found = new ConcurrentQueue<LedgerMismatch>();
        var sample = new HeadSample(_options.MaxVerified);
        var anchors = await AnchorsAsync(started, sample, found.Enqueue, cancellationToken);
        if (await _heads.WaitSinceAsync(started - LongestWait, cancellationToken))
            found.Enqueue(AnchorChain.Mismatch("Heads have waited for more than three hours and are in no anchor: AnchorLedgers does not do its work.", 0));

        var subjects = sample.Taken.GroupBy(h => h.Subject).ToList();
        await Parallel.ForEachAsync(subjects, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (subject, cancel) =>
        {
            if (await _ledgers.CheckAsync(subject.Key, [.. subject], cancel) is { } mismatch)
                found.Enqueue(mismatch);
        });

        LedgerMismatch[] mismatches = [.. found.OrderBy(m => m.Kind).ThenBy(m => m.Subject, StringComparer.Ordinal).ThenBy(m => m.Sequence)];
        var report = new LedgerReport
        {
            Started = started,
            Finished = _time.GetUtcNow(),
            Verdict = mismatches.Length == 0 ? "Every ledger that was looked at is as it was anchored." : $"{mismatches.Length} of what was looked at was altered, or is missing: look into it.",
            Anchors = anchors.There,
            AnchorsRead = anchors.Read,
            Newest = anchors.Newest,
            Heads = sample.Seen,
            HeadsVerified = sample.Taken.Count,
            Subjects = subjects.Count,
            Counts = Enum.GetValues<MismatchKind>().ToDictionary(Word, kind => mismatches.Count(m => m.Kind == kind), StringComparer.Ordinal),
            Mismatches = [.. mismatches.Take(MaxListed)],
        };
        await _reports.WriteAsync(report, cancellationToken);
        foreach (var mismatch in report.Mismatches)
            LogMismatch(Word(mismatch.Kind), mismatch.Subject ?? "an anchor", mismatch.Sequence, mismatch.What);
        LogVerified(report.HeadsVerified, report.Heads, report.Subjects, report.AnchorsRead, report.Anchors, mismatches.Length);
        return report;
    }

    private async Task<(int There, int Read, AnchorDigest? Newest)> AnchorsAsync(DateTimeOffset now, HeadSample sample, Action<LedgerMismatch> found, CancellationToken cancellationToken)
    {
        var numbers = await _anchors.NumbersAsync(cancellationToken);
        foreach (var gap in AnchorChain.Gaps(numbers, _options.Oldest))
            found(gap);
        if ((await _reports.FindLatestAsync(cancellationToken))?.Newest is { } seen && await _anchors.LinkAsync(seen.Number, cancellationToken) != seen)
            found(AnchorChain.Mismatch($"{Anchor.Name(seen.Number)} was the newest in the last report, and is not what it was then.", seen.Number));

        var read = new HashSet<long>();
        var firstRecent = long.MaxValue;
        AnchorDigest? newest = null;
        await _chain.ReadAsync(
            numbers.TakeLast(_options.MaxChained),
            (anchor, link) =>
            {
                read.Add(anchor.Number);
                newest = link;
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
            await _chain.ReadAsync(
                older.Skip(RandomNumberGenerator.GetInt32(older.Count)).Take(_options.MaxChained),
                (anchor, _) =>
                {
                    read.Add(anchor.Number);
                    first ??= anchor.Made;
                    if (anchor.Made < first + Day)
                        AddAll(anchor);
                },
                // What is wrong with one that was read before has been said.
                mismatch => SayOnce(mismatch),
                cancellationToken);
        }

        return (numbers.Count, read.Count, newest);

        void AddAll(Anchor anchor)
        {
            foreach (var head in anchor.Heads)
                sample.Add(head);
        }

        void SayOnce(LedgerMismatch mismatch)
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

    [LoggerMessage(LogLevel.Information, "Verified {Verified} of {Heads} anchored heads, of {Subjects} subjects, and {Read} of {Anchors} anchors: {Mismatches} mismatches")]
    private partial void LogVerified(int verified, long heads, int subjects, int read, int anchors, int mismatches);
}
