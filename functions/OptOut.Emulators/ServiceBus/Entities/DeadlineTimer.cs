namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>One timer for all deadlines: lock expiry, schedules and time-to-live. It fires at the earliest deadline.</summary>
internal sealed class DeadlineTimer : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;

    public DeadlineTimer(TimeProvider time, Action fire)
    {
        _time = time;
        _timer = time.CreateTimer(_ => fire(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Makes sure that the timer fires by this time. Firing early is harmless, because the callback checks the time. Call under the gate.
    /// </summary>
    public void FireBy(DateTimeOffset moment)
    {
        if (moment < _armedFor)
            Arm(moment);
    }

    /// <summary>Sets the next deadline after the timer has fired. Call under the gate.</summary>
    public void Rearm(DateTimeOffset moment) => Arm(moment);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Arm(DateTimeOffset moment)
    {
        _armedFor = moment;
        var wait = moment == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : moment - _time.GetUtcNow();

        // Timers truncate to whole milliseconds. Round up, to avoid firing repeatedly within the last millisecond.
        if (wait != Timeout.InfiniteTimeSpan)
            wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, LongestWait.TotalMilliseconds));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // Timers reject more than about 49 days; firing early is harmless.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);
}
