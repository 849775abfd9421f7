namespace OptOut.Local.Story;

/// <summary>What a step must see.</summary>
internal static class Expect
{
    // Often while a figure may depend on it; what takes longer is not to be slowed down by being looked at.
    private static readonly TimeSpan AtFirst = TimeSpan.FromMilliseconds(10), Later = TimeSpan.FromMilliseconds(200), First = TimeSpan.FromSeconds(1);

    /// <exception cref="StepFailedException">It does not hold.</exception>
    public static void That(bool holds, string expected, string seen)
    {
        if (!holds)
            throw new StepFailedException(expected, seen);
    }

    /// <summary>Looks until it is as it should be. The step's own patience ends it, and what was seen last is told.</summary>
    /// <exception cref="StepFailedException">It did not come to be in time.</exception>
    public static async Task<T> SoonAsync<T>(
        Func<CancellationToken, Task<T>> look, Func<T, bool> holds, string expected, Func<T, string> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        var seen = "nothing yet";
        var begin = time.GetTimestamp();
        try
        {
            while (true)
            {
                var found = await look(cancellationToken);
                if (holds(found))
                    return found;
                seen = tell(found);
                await Task.Delay(time.GetElapsedTime(begin) < First ? AtFirst : Later, time, cancellationToken);
            }
        }
        catch (OperationCanceledException late)
        {
            throw new StepFailedException(expected, seen, late);
        }
    }
}
