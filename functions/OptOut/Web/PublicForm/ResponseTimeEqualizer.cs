namespace OptOut.Web.PublicForm;

/// <summary>
/// Lets an answer go only at whole half seconds after the request came. Somebody we know costs a few reads and writes more or less than somebody we do
/// not, and whoever measures the difference would learn which it was.
/// </summary>
internal sealed class ResponseTimeEqualizer(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private readonly long _start = time.GetTimestamp();

    public Task WaitAsync() => Task.Delay(Step - TimeSpan.FromTicks(time.GetElapsedTime(_start).Ticks % Step.Ticks), time);
}
