using System.Diagnostics;

namespace OptOut.Fuzz.Engine;

/// <summary>One run of a target.</summary>
/// <param name="Failure">The exception; null if there was none.</param>
/// <param name="Time">The time that passed.</param>
/// <param name="Processor">The processor time that the process took meanwhile; measured only where asked for.</param>
/// <param name="Allocated">Bytes.</param>
internal readonly record struct Measured(Exception? Failure, TimeSpan Time, TimeSpan Processor, long Allocated)
{
    public static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(100);

    public static Measured Run(FuzzTarget target, byte[] input, bool processor = false)
    {
        Exception? failure = null;
        var (cpu, allocated, start) = (
            processor ? Environment.CpuUsage.TotalTime : default, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        try
        {
            target.Run(input);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = e; // Any exception out of a target is a finding.
        }

        return new(
            failure,
            Stopwatch.GetElapsedTime(start),
            processor ? Environment.CpuUsage.TotalTime - cpu : default,
            GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
