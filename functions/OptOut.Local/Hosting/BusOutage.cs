using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>
/// Whether a function reaches the bus. Every attempt fails during an outage: it is logged once, then a reminder every five minutes.
/// </summary>
internal sealed class BusOutage(string function, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private DateTimeOffset? _reportedAt;
    private int _failures;

    /// <summary>Logs the failure and waits before the next attempt.</summary>
    public async Task OnFailureAsync(Exception exception, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
            return;
        Report(exception);

        // The bus runs in real time, so the pause does not use the functions' TimeProvider.
        var pause = TimeSpan.FromMilliseconds(
            Math.Min(100 << Math.Min(Interlocked.Increment(ref _failures), 16), LongestPause.TotalMilliseconds));
        try
        {
            await Task.Delay(pause, TimeProvider.System, stopping);
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    public void OnReachable()
    {
        Volatile.Write(ref _failures, 0);
        lock (_gate)
        {
            if (_reportedAt is null)
                return;
            _reportedAt = null;
        }

        log.ReachesBusAgain(function);
    }

    private void Report(Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_reportedAt is { } reportedAt && now - reportedAt < Reminder)
                return;
            _reportedAt = now;
        }

        log.CannotReachBus(function, exception.Message.Split('\n')[0].Trim());
    }
}
