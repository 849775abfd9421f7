using Azure;
using Microsoft.Extensions.Logging;
using OptOut.Records.Feed;

namespace OptOut.Records.Statistics;

/// <summary>
/// Counts each day's changes from the feed, never from ledgers. A change belongs to the day (UTC) on which <c>apply</c> wrote its row. The
/// blob of a day holds the counts, the position up to which they reach, and the messages that may be read once more, and all of it is
/// written at once: a run that dies has counted nothing, and of two runs at the same time one has.
/// </summary>
internal sealed partial class StatisticsWriter(
    FeedReader feed, FeedPositions positions, StatisticsStore days, TimeProvider time, ILogger<StatisticsWriter> logger)
{
    /// <summary>Counts on from the newest day, completes the days that are over, and begins today.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer, or did not accept a day.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var position = await positions.FindAsync(FeedPositions.Statistics, cancellationToken);
        var (day, tag) = await days.FindNewestAsync(cancellationToken) is { } newest
            ? (newest.Day, newest.Tag)
            : (StatisticsDay.Empty(await OldestAsync(began, cancellationToken)), (ETag?)null);
        while (true)
        {
            if (!day.Complete)
            {
                day = await CountAsync(day, began, cancellationToken);
                if (!await days.TryWriteAsync(day, tag, cancellationToken))
                {
                    LogOvertaken(day.Day);
                    return;
                }

                LogCounted(day.Day, day.Messages, day.Complete);
            }

            if (!day.Complete)
                break;
            (day, tag) = (day.Next(), null);
        }

        // For the trimming alone. The position that counts is in the blob.
        await positions.MoveAsync(position, day.Until, cancellationToken);
    }

    private async Task<StatisticsDay> CountAsync(StatisticsDay day, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var counter = new DayCounter(day);
        var from = day.Until - FeedReader.Overlap;
        await foreach (var entry in feed.ReadAsync(from > day.Start ? from : day.Start, day.End, cancellationToken))
        {
            if (entry.Change is { } change)
                counter.Add(entry.At, change);
        }

        // The last rows of a day may still be on their way when it is over.
        var isComplete = began >= day.End + FeedReader.Overlap;
        return counter.Result(isComplete || began > day.End ? day.End : began, isComplete);
    }

    // The first run counts everything there is.
    private async Task<DateTimeOffset> OldestAsync(DateTimeOffset began, CancellationToken cancellationToken) =>
        await feed.SinceAsync(null, cancellationToken).FirstOrDefaultAsync(cancellationToken) is { } first && first.At < began
            ? first.At
            : began;

    [LoggerMessage(LogLevel.Information, "Counted {Messages} messages on {Day} (complete: {Complete})")]
    private partial void LogCounted(DateOnly day, long messages, bool complete);

    [LoggerMessage(LogLevel.Warning, "Another run has counted {Day}; this one has counted nothing")]
    private partial void LogOvertaken(DateOnly day);
}
