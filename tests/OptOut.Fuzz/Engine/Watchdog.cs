using System.Diagnostics;

namespace OptOut.Fuzz.Engine;

/// <summary>
/// Ends the process when a run does not end: a thread cannot be stopped from outside. The input is reported as it is, not minimised.
/// </summary>
internal sealed class Watchdog
{
    private const int Period = 500;

    // Of processor time: a machine that is busy with other things is no reason.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5), MaxIdle = TimeSpan.FromSeconds(60);

    private readonly Action<byte[]> _report;
    private byte[]? _input;
    private TimeSpan _processor;
    private long _start;

    public Watchdog(Action<byte[]> report)
    {
        _report = report;
        new Thread(Watch) { IsBackground = true, Name = "watchdog" }.Start();
    }

    public void Begin(byte[] input)
    {
        Volatile.Write(ref _input, input);
    }

    public void End() => Volatile.Write(ref _input, null);

    private void Watch()
    {
        byte[]? before = null;
        using var pause = new ManualResetEventSlim();
        while (!pause.Wait(Period))
        {
            var input = Volatile.Read(ref _input);
            if (input is null || !ReferenceEquals(input, before))
            {
                (before, _processor, _start) = (input, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
                continue;
            }

            if (Environment.CpuUsage.TotalTime - _processor > MaxTime || Stopwatch.GetElapsedTime(_start) > MaxIdle)
            {
                _report(input);
                Environment.Exit(1);
            }
        }
    }
}
