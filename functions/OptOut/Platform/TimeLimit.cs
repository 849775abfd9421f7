namespace OptOut.Platform;

/// <summary>How long something may take by the product's clock, beside the caller's own cancellation.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _expiry;
    private readonly CancellationTokenSource _either;

    internal TimeLimit(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // Where every time limit begins.
        _expiry = new CancellationTokenSource(limit, time);
#pragma warning restore RS0030
        _either = CancellationTokenSource.CreateLinkedTokenSource(_expiry.Token, cancellationToken);
    }

    /// <summary>Cancelled when the time is over, or by the caller.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is over.</summary>
    public bool HasExpired => _expiry.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _expiry.Dispose();
    }
}

internal static class TimeLimits
{
    /// <summary>Limits what follows: <c>using var limit = time.Limit(Patience, cancellationToken);</c></summary>
    public static TimeLimit Limit(this TimeProvider time, TimeSpan limit, CancellationToken cancellationToken = default) =>
        new(time, limit, cancellationToken);
}
