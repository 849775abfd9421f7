namespace OptOut.Platform;

/// <summary>A time limit measured by the product's <see cref="TimeProvider"/>, combined with the caller's own cancellation.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _expiry;
    private readonly CancellationTokenSource _either;

    internal TimeLimit(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // The only place that creates a timed token.
        _expiry = new CancellationTokenSource(limit, time);
#pragma warning restore RS0030
        _either = CancellationTokenSource.CreateLinkedTokenSource(_expiry.Token, cancellationToken);
    }

    /// <summary>Cancelled when the time is up, or by the caller.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is up.</summary>
    public bool HasExpired => _expiry.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _expiry.Dispose();
    }
}

internal static class TimeLimits
{
    /// <summary>Starts a time limit: <c>using var limit = time.Limit(Timeout, cancellationToken);</c></summary>
    public static TimeLimit Limit(this TimeProvider time, TimeSpan limit, CancellationToken cancellationToken = default) =>
        new(time, limit, cancellationToken);
}
