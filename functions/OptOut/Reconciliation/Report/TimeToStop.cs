namespace OptOut.Reconciliation.Report;

/// <summary>
/// How long opt-outs took, from the person's submission to the vendor's confirmation. Percentiles use the nearest-rank method:
/// P95 is the smallest time that at least 95 percent of the times do not exceed. Nothing is interpolated, so each value is a
/// time that someone actually waited.
/// </summary>
public sealed record TimeToStop(int Count, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <returns>Null if there are no times.</returns>
    public static TimeToStop? From(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? null : new TimeToStop(sorted.Length, Rank(50), Rank(95), Rank(99), sorted[^1]);

        // ceil(n * percent / 100) in integer arithmetic, counted from 1.
        TimeSpan Rank(int percent) => sorted[(int)((((long)sorted.Length * percent) + 99) / 100) - 1];
    }
}
