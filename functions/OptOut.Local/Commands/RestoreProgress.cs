using System.Globalization;

namespace OptOut.Local.Commands;

/// <summary>A line when something begins, at most every two seconds while it lasts, and at its end.</summary>
internal sealed class RestoreProgress(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private string _what = "";
    private long _printed;

    /// <summary>May be called by many at once.</summary>
    public void Report(string what, long done, long total)
    {
        lock (_gate)
        {
            if (what == _what && done != total && time.GetElapsedTime(_printed) < Interval)
                return;
            (_what, _printed) = (what, time.GetTimestamp());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {done} of {total} rows"));
        }
    }
}
