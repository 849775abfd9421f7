using System.Collections.Concurrent;
using System.Globalization;

namespace OptOut.Judge.Faults;

/// <summary>Prints what happens, with the seconds since the start, and counts it.</summary>
internal sealed class FaultLog(TextWriter output)
{
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    public IReadOnlyDictionary<string, int> Counts => _counts;

    public int Count(string what) => _counts.GetValueOrDefault(what);

    public void Add(string what, int count = 1) => _counts.AddOrUpdate(what, count, (_, before) => before + count);

    public void Write(string text)
    {
        lock (output)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,9:0.000} {text}"));
            output.Flush();
        }
    }
}
