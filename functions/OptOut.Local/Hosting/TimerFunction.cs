using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>What one run of a timer function is given.</summary>
internal readonly record struct TimerRun(TimerInfo Info, CancellationToken Cancellation);

/// <summary>
/// One timer function, never beside itself. A moment that passed while it ran, or while the machine slept, is made good by one run
/// that is marked past due, however many moments there were. What passed while the host was down is not: Azure remembers it in a
/// blob, this host remembers nothing.
/// </summary>
internal sealed class TimerFunction(
    BoundFunction<TimerRun> function, Schedule schedule, TimerTriggerAttribute trigger, IServiceScopeFactory scopes, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan OnTime = TimeSpan.FromSeconds(1);
    // A timer of the runtime takes 49 days at most, and a clock that is set back should be noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private Task<bool> _latest = Task.FromResult(true);
    private DateTimeOffset _last;

    public string Name => function.Declaration.Name;

    public async Task KeepScheduleAsync(CancellationToken stopping)
    {
        try
        {
            var began = time.GetUtcNow();
            if (trigger.RunOnStartup)
                await RunAsync(isPastDue: false, stopping);
            while (schedule.NextAfter(began) is { } due)
            {
                while (due - time.GetUtcNow() is { Ticks: > 0 } wait)
                    await Task.Delay(wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : LongestWait, time, stopping);
                began = time.GetUtcNow();
                await RunAsync(began - due > OnTime, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Runs after the run that is on its way, if one is.</summary>
    /// <returns>False when the function threw, which is in the log, or the host stopped it.</returns>
    public Task<bool> RunAsync(bool isPastDue, CancellationToken stopping)
    {
        lock (_gate)
            return _latest = RunAfterAsync(_latest, isPastDue, stopping);
    }

    /// <returns>False when it still runs after that time.</returns>
    public async Task<bool> EndedWithinAsync(TimeSpan patience)
    {
        try
        {
            await _latest.WaitAsync(patience, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<bool> RunAfterAsync(Task<bool> previous, bool isPastDue, CancellationToken stopping)
    {
        // Yields, so that the function does not run inside the lock of its caller.
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var now = time.GetUtcNow();
        var info = new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = trigger.UseMonitor
                ? new ScheduleStatus { Last = _last.UtcDateTime, Next = schedule.NextAfter(now)?.UtcDateTime ?? default, LastUpdated = _last.UtcDateTime }
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
