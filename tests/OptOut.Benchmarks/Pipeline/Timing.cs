using System.Diagnostics;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>How long many calls of the same kind took, with a number of callers at once.</summary>
internal readonly record struct Timing(int Count, TimeSpan Total, double P50, double P99)
{
    public double PerSecond => Count / Total.TotalSeconds;

    /// <param name="callers">Each makes its next call when the last one has been answered.</param>
    public static async Task<Timing> MeasureAsync(int count, int callers, Func<int, Task> once)
    {
        var times = new double[count];
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, _) =>
        {
            var begun = Stopwatch.GetTimestamp();
            await once(i);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        });
        return From(times, Stopwatch.GetElapsedTime(started));
    }

    public static Timing From(double[] milliseconds, TimeSpan total)
    {
        Array.Sort(milliseconds);
        return new Timing(milliseconds.Length, total, milliseconds[milliseconds.Length / 2], milliseconds[(int)(milliseconds.Length * 0.99)]);
    }
}
