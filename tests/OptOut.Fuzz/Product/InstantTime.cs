namespace OptOut.Fuzz.Product;

/// <summary>
/// The same time in each run, so that the seeds give the same inputs. Short delays end at once and time limits are never reached: nothing
/// here is waited for.
/// </summary>
internal sealed class InstantTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    /// <summary>When a run begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private long _ahead;

    /// <summary>Moves the time, for what is limited by the second or the hour.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Interlocked.Read(ref _ahead));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The same clock, so that what happens once a second does not depend on how fast the inputs come.</summary>
    public override long GetTimestamp() => Interlocked.Read(ref _ahead);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime < Short)
            ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        return new Never();
    }

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing was started.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
