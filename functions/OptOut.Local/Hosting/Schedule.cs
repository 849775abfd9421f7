using System.Globalization;
using Cronos;

namespace OptOut.Local.Hosting;

/// <summary>
/// When a timer function runs: an NCRONTAB expression of six fields (seconds first), in UTC as in Azure, or a fixed interval.
/// </summary>
internal sealed class Schedule
{
    private readonly CronExpression? _cron;
    private readonly TimeSpan _interval;

    private Schedule(CronExpression? cron, TimeSpan interval) => (_cron, _interval) = (cron, interval);

    /// <exception cref="FormatException">The text is neither.</exception>
    public static Schedule Parse(string text)
    {
        if (text.Contains(' ', StringComparison.Ordinal))
        {
            var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            return new(CronExpression.Parse(text, fields == 5 ? CronFormat.Standard : CronFormat.IncludeSeconds), default);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new(null, interval)
            : throw new FormatException("It is neither six fields nor an interval.");
    }

    /// <summary>The next run; null if there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) =>
        _cron is null ? moment + _interval : _cron.GetNextOccurrence(moment, TimeZoneInfo.Utc);
}
