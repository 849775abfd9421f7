namespace OptOut.Web.PublicForm;

/// <summary>
/// Delays a response until a whole number of half seconds after the request. A person we know takes a few reads and writes more or fewer
/// than one we do not; without the delay, a client could measure that difference and learn which it was.
/// </summary>
internal sealed class ResponseTimeEqualizer(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private readonly long _start = time.GetTimestamp();

    public Task WaitAsync() => Task.Delay(Step - TimeSpan.FromTicks(time.GetElapsedTime(_start).Ticks % Step.Ticks), time);
}
