using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>
/// All timer functions of the host: starts and stops them. As in Azure, one with the setting <c>AzureWebJobs.NAME.Disabled</c> keeps no
/// schedule, and still runs on request.
/// </summary>
internal sealed class TimerFunctions : IDisposable
{
    private const string AllowedParameters = "TimerInfo and CancellationToken";
    private readonly Dictionary<string, TimerFunction> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<TimerFunction> _scheduled = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private Task _schedules = Task.CompletedTask;

    public TimerFunctions(
        IEnumerable<FunctionDeclaration> functions,
        IConfiguration settings,
        IServiceProvider services,
        TimeProvider time,
        StartupErrors errors,
        ILogger log)
    {
        _log = log;
        foreach (var function in functions)
        {
            var trigger = (TimerTriggerAttribute)function.Trigger;
            var schedule = ReadSchedule(function, trigger, settings, errors);
            var bound = BoundFunction<TimerRun>.Bind(function, Source, AllowedParameters, services, errors);
            if (schedule is not null && bound is not null)
            {
                var timer = new TimerFunction(bound, schedule, trigger, services.GetRequiredService<IServiceScopeFactory>(), time, log);
                if (_byName.TryAdd(function.Name, timer) && !IsDisabled(function.Name, settings))
                    _scheduled.Add(timer);
            }
        }
    }

    public void Start() => _schedules = Task.WhenAll(_scheduled.Select(timer => timer.KeepScheduleAsync(_stopping.Token)).ToList());

    /// <summary>Runs the function now, after the current run if there is one.</summary>
    /// <param name="run">Completes with false if the function threw; the exception is logged.</param>
    /// <returns>False when no timer function has this name.</returns>
    public bool TryRun(string name, out Task<bool> run)
    {
        var found = _byName.TryGetValue(name, out var timer);
        run = timer?.RunAsync(isPastDue: false, _stopping.Token) ?? Task.FromResult(false);
        return found;
    }

    /// <summary>Starts no more runs, cancels the current ones and waits until they end.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_byName.Values.Select(async timer =>
        {
            if (!await timer.WaitForEndAsync(timeout))
                _log.DidNotEnd(timer.Name, timeout.TotalSeconds);
        }));
    }

    public void Dispose()
    {
        if (_schedules.IsCompleted)
            _stopping.Dispose();
    }

    private static bool IsDisabled(string function, IConfiguration settings) =>
        string.Equals(settings[$"AzureWebJobs.{function}.Disabled"], "true", StringComparison.OrdinalIgnoreCase);

    private static Schedule? ReadSchedule(
        FunctionDeclaration function, TimerTriggerAttribute trigger, IConfiguration settings, StartupErrors errors)
    {
        if (errors.Resolve(function, trigger.Schedule, settings) is not { } text)
            return null;
        try
        {
            return Schedule.Parse(text);
        }
        catch (FormatException invalid)
        {
            errors.Add(
                function,
                $"the schedule '{text}' cannot be read: {invalid.Message}",
                "Write six fields (second minute hour day month weekday, as in '0 0 2 * * *') or an interval ('00:05:00').");
            return null;
        }
    }

    private static Func<TimerRun, object?>? Source(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(TimerInfo))
            return run => run.Info;
        return parameter.ParameterType == typeof(CancellationToken) ? run => run.Cancellation : null;
    }
}
