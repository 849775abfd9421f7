namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>One timer for everything that happens at a moment: lock expiry, schedules, time-to-live. It sleeps until the earliest.</summary>
internal sealed class Alarm : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;

    public Alarm(TimeProvider time, Action ring)
    {
        _time = time;
        _timer = time.CreateTimer(_ => ring(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes sure it rings by then. Ringing early is harmless: who is called looks at the clock. Call under the gate.</summary>
    public void RingBy(DateTimeOffset moment)
    {
        if (moment < _armedFor)
            Arm(moment);
    }

    /// <summary>After ringing: sleep until this moment. Call under the gate.</summary>
    public void Rearm(DateTimeOffset moment) => Arm(moment);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Arm(DateTimeOffset moment)
    {
        _armedFor = moment;
        var wait = moment == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : moment - _time.GetUtcNow();

        // Timers cut to whole milliseconds: up, so as not to spin through the last fraction of one.
        if (wait != Timeout.InfiniteTimeSpan)
            wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, LongestWait.TotalMilliseconds));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // Timers refuse more than about 49 days; ringing early is harmless.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);
}
