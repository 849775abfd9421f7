namespace OptOut.Local.Walkthrough;

/// <summary>Assertions for the steps.</summary>
internal static class Expect
{
    // Polls often at first, because the result of a step may be a measured time; then less often, so that polling does not slow the
    // system down.
    private static readonly TimeSpan FastPollInterval = TimeSpan.FromMilliseconds(10),
        SlowPollInterval = TimeSpan.FromMilliseconds(200),
        FastPollPeriod = TimeSpan.FromSeconds(1);

    /// <exception cref="StepFailedException">The condition is false.</exception>
    public static void That(bool condition, string expected, string seen)
    {
        if (!condition)
            throw new StepFailedException(expected, seen);
    }

    /// <summary>Polls until the condition is true. The step's timeout ends it; the exception then contains the last value seen.</summary>
    /// <exception cref="StepFailedException">The condition did not become true before the step's timeout.</exception>
    public static async Task<T> EventuallyAsync<T>(
        Func<CancellationToken, Task<T>> read,
        Func<T, bool> condition,
        string expected,
        Func<T, string> describe,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var seen = "nothing yet";
        var started = time.GetTimestamp();
        try
        {
            while (true)
            {
                var found = await read(cancellationToken);
                if (condition(found))
                    return found;
                seen = describe(found);
                await Task.Delay(
                    time.GetElapsedTime(started) < FastPollPeriod ? FastPollInterval : SlowPollInterval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException timeout)
        {
            throw new StepFailedException(expected, seen, timeout);
        }
    }
}
