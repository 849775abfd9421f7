using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>The input of one run of a timer function.</summary>
internal readonly record struct TimerRun(TimerInfo Info, CancellationToken Cancellation);

/// <summary>
/// One timer function; its runs never overlap. Occurrences missed while it ran, or while the machine slept, are made up for by a single run
/// that is marked past due. Occurrences missed while the host was stopped are not: Azure stores the schedule status in a blob, this host
/// stores nothing.
/// </summary>
internal sealed class TimerFunction(
    BoundFunction<TimerRun> function,
    Schedule schedule,
    TimerTriggerAttribute trigger,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger log)
{
    private static readonly TimeSpan PastDueThreshold = TimeSpan.FromSeconds(1);
    // A .NET timer accepts at most 49 days, and a clock that is set back should be noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private Task<bool> _latest = Task.FromResult(true);
    private DateTimeOffset _last;

    public string Name => function.Declaration.Name;

    public async Task KeepScheduleAsync(CancellationToken stopping)
    {
        try
        {
            var started = time.GetUtcNow();
            if (trigger.RunOnStartup)
                await RunAsync(isPastDue: false, stopping);
            while (schedule.NextAfter(started) is { } due)
            {
                while (due - time.GetUtcNow() is { Ticks: > 0 } wait)
                {
                    await Task.Delay(
                        wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestWait, time, stopping);
                }

                started = time.GetUtcNow();
                await RunAsync(started - due > PastDueThreshold, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    /// <summary>Runs the function, after the current run if there is one.</summary>
    /// <returns>False if the function threw (the exception is logged) or the host stopped it.</returns>
    public Task<bool> RunAsync(bool isPastDue, CancellationToken stopping)
    {
        lock (_gate)
            return _latest = RunAfterAsync(_latest, isPastDue, stopping);
    }

    /// <returns>False if it is still running after that time.</returns>
    public async Task<bool> WaitForEndAsync(TimeSpan timeout)
    {
        try
        {
            await _latest.WaitAsync(timeout, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<bool> RunAfterAsync(Task<bool> previous, bool isPastDue, CancellationToken stopping)
    {
        // Yields, so that the function does not run inside the caller's lock.
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var now = time.GetUtcNow();
        var info = new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = trigger.UseMonitor
                ? new ScheduleStatus
                {
                    Last = _last.UtcDateTime,
                    Next = schedule.NextAfter(now)?.UtcDateTime ?? default,
                    LastUpdated = _last.UtcDateTime,
                }
                : null,
        };
        _last = now;
        try
        {
            stopping.ThrowIfCancellationRequested();
            using var span = FunctionSpan.Start(function.Declaration);
            await using var scope = scopes.CreateAsyncScope();
            await function.InvokeAsync(scope.ServiceProvider, new TimerRun(info, stopping));
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            log.Failed(exception, Name);
            return false;
        }
    }
}
