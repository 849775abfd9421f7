namespace OptOut.Consent;

/// <summary>
/// How long opt-outs took, from the person's submission to the vendor's confirmation. Percentiles are by nearest rank: the smallest time that at least
/// so many percent of all the times do not exceed. Nothing is interpolated, so each is a time that somebody really waited.
/// </summary>
public sealed record TimeToStop(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <returns>Null for no times.</returns>
    public static TimeToStop? From(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? null : new TimeToStop(sorted.Length, Rank(50), Rank(95), Rank(99), sorted[^1]);

        // ceil(n * percent / 100) in whole numbers, from 1.
        TimeSpan Rank(int percent) => sorted[(int)((((long)sorted.Length * percent) + 99) / 100) - 1];
    }
}
