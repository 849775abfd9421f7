namespace OptOut.Tests.Schedules.Exploration;

/// <summary>
/// A clock that only the schedule moves. A wait of less than a second, such as the pause before a write is tried again, is an operation
/// like any other, however long it is: the product draws its length at random. A longer one is a time limit, which expires only as a
/// mishap.
/// </summary>
internal sealed class ScheduledTime(DateTimeOffset start) : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly List<Timer> _limits = [];
    private DateTimeOffset _now = start;

    public Scheduler? Scheduler { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public void Advance(TimeSpan by) => _now += by;

    public void AdvanceTo(DateTimeOffset moment) => _now = moment > _now ? moment : _now;

    /// <summary>Lets every time limit of an actor expire.</summary>
    public void Expire(Actor actor)
    {
        foreach (var timer in _limits.Where(t => t.Actor == actor).ToArray())
        {
            if (!_limits.Remove(timer))
                continue;
            AdvanceTo(timer.Due);
            Scheduler!.Steps.Add(new Step(actor.Name, OperationKind.Own, "time limit", "expires"));
            timer.Callback(timer.State);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state, Scheduler.Running, _now + dueTime);
        if (dueTime >= LongestWait)
            _limits.Add(timer);
        else if (dueTime >= TimeSpan.Zero)
            timer.Operation = Scheduler!.Add(OperationKind.Own, "waits", _ => () => callback(state));
        return timer;
    }

    private sealed class Timer(ScheduledTime time, TimerCallback callback, object? state, Actor? actor, DateTimeOffset due) : ITimer
    {
        public TimerCallback Callback => callback;

        public object? State => state;

        public Actor? Actor => actor;

        public DateTimeOffset Due => due;

        public Operation? Operation { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
                throw new NotSupportedException("No product code changes a timer.");
            Dispose();
            return true;
        }

        public void Dispose()
        {
            time._limits.Remove(this);
            if (Operation is { } operation)
                time.Scheduler!.Remove(operation);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
