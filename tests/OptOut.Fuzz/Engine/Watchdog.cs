namespace OptOut.Fuzz.Engine;

/// <summary>
/// Ends the process when a run does not end: a thread cannot be stopped from outside. The input is reported as it is, not minimised.
/// </summary>
internal sealed class Watchdog
{
    private const int Period = 500;

    // Of processor time, and of our own waking up: a machine that is busy with other things, or asleep, is no reason.
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);
    private const int MaxIdle = 60_000 / Period;

    private readonly Action<byte[]> _report;
    private byte[]? _input;
    private TimeSpan _processor;
    private int _idle;

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
                (before, _processor, _idle) = (input, Environment.CpuUsage.TotalTime, 0);
                continue;
            }

            if (Environment.CpuUsage.TotalTime - _processor > MaxTime || ++_idle > MaxIdle)
            {
                _report(input);
                Environment.Exit(1);
            }
        }
    }
}
