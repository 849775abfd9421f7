using System.Globalization;
using OptOut.Consent;

namespace OptOut.Records.Feed;

/// <summary>
/// Where a row of the feed is. Partition: the five minutes in which it was written, and one of 16 shards, so that a burst does not meet in
/// one partition: <c>202605011230~a</c>. Row: the moment in ticks, then the subject and the message or contact point.
/// </summary>
internal static class FeedKey
{
    /// <summary>Sorts after every partition with rows of the feed.</summary>
    public const string AfterAll = "~";

    private const int TickDigits = 19;

    private static readonly TimeSpan Bucket = TimeSpan.FromMinutes(5);

    public static string Partition(DateTimeOffset at, SubjectKey subject) =>
        string.Create(CultureInfo.InvariantCulture, $"{FirstPartition(at)}~{(int)(subject.Value >> 124):x}");

    /// <summary>Sorts before the partitions of the bucket, and after those of the buckets before it.</summary>
    public static string FirstPartition(DateTimeOffset at) =>
        new DateTimeOffset(at.UtcTicks - (at.UtcTicks % Bucket.Ticks), TimeSpan.Zero)
            .ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);

    public static string Row(DateTimeOffset at, SubjectKey subject, string name) => $"{FirstRow(at)}~{subject}~{name}";

    /// <summary>Sorts before the rows of the moment, and after earlier ones.</summary>
    public static string FirstRow(DateTimeOffset at) => at.UtcTicks.ToString($"D{TickDigits}", CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">The row is not of the feed.</exception>
    public static (DateTimeOffset At, SubjectKey Subject) Parse(string row)
    {
        if (row.Split('~') is not [{ Length: TickDigits } ticks, var subject, ..])
            throw new FormatException("A row of the feed is 'ticks~subject~name'.");
        var at = new DateTimeOffset(long.Parse(ticks, NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero);
        return (at, SubjectKey.Parse(subject));
    }
}
