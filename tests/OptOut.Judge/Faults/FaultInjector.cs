using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OptOut.Judge.Faults;

/// <summary>How much must happen before it ends; zero for no such goal.</summary>
internal sealed record Goals(int Kills, int BusStops, int Freezes);

/// <summary>Carries out the plan. Faults overlap: the next one begins after its pause, whether or not the ones before have ended.</summary>
internal sealed class FaultInjector : IAsyncDisposable
{
    // Above it the plan waits: a machine that cannot keep up would only collect faults that wait for a start.
    private const int MostAtOnce = 16;

    // Longer than the product waits for a bus that is held before it parks a change in the outbox and answers.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(12);

    private readonly RunningSystem _system;
    private readonly FaultLog _log;
    private readonly BusMeddler _meddler;
    private readonly HttpClient _vendors;
    private readonly CancellationTokenSource _healing = new();
    private readonly ConcurrentQueue<Disturbance> _disturbances = new();
    private readonly ConcurrentDictionary<string, bool> _oneClicks = new(StringComparer.Ordinal);

    public FaultInjector(RunningSystem system, FaultLog log)
    {
        (_system, _log) = (system, log);
        _meddler = new BusMeddler(system.Addresses.Bus, log);
        _vendors = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = system.Addresses.Vendors };
    }

    /// <summary>What was broken and when, for the verdict.</summary>
    public IReadOnlyList<Disturbance> Disturbances => [.. _disturbances];

    /// <summary>Runs until the time is over and the goals are reached; then ends every fault.</summary>
    public async Task RunAsync(IEnumerable<Fault> plan, TimeSpan atLeast, Goals goals, CancellationToken cancellationToken)
    {
        var active = new List<Task>();
        try
        {
            foreach (var fault in plan)
            {
                if (_log.Elapsed >= atLeast && IsReached(goals))
                    break;
                await Task.Delay(fault.Pause, TimeProvider.System, cancellationToken);
                while (active.Count(task => !task.IsCompleted) >= MostAtOnce)
                    await Task.WhenAny(active.Where(task => !task.IsCompleted));
                active.RemoveAll(task => task.IsCompletedSuccessfully);
                active.Add(ApplyAndNoteAsync(fault));
            }
        }
        finally
        {
            await _healing.CancelAsync();
            await Task.WhenAll(active);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _meddler.DisposeAsync();
        _vendors.Dispose();
        _healing.Dispose();
    }

    private bool IsReached(Goals goals) =>
        _log.Count("kill") >= goals.Kills && _log.Count("bus-stop") >= goals.BusStops && _log.Count("freeze") >= goals.Freezes;

    private async Task ApplyAndNoteAsync(Fault fault)
    {
        var from = TimeProvider.System.GetUtcNow();
        await ApplyAsync(fault);
        _disturbances.Enqueue(new Disturbance(from, TimeProvider.System.GetUtcNow(), Target(fault), fault.ToString()!));
    }

    private static string Target(Fault fault) => fault switch
    {
        Kill or KillAtAnswer or ClockStep or Freeze { Part: "A" or "B" } => "functions",
        Freeze { Part: Parts.Storage } => "storage",
        Freeze { Part: Parts.Vendors } or VendorFailure => "vendors",
        Trouble => "network",
        _ => "bus",
    };

    private async Task ApplyAsync(Fault fault)
    {
        _log.Write(fault.ToString()!);
        switch (fault)
        {
            case Kill kill:
                await KillAsync(kill);
                return; // Counted when there was something to kill.
            case KillAtAnswer kill:
                await KillAtAnswerAsync(kill);
                return;
            case BusStop stop:
                if (await _system.Bus.KillAsync())
                    _log.Add(stop.Kind);
                await PauseAsync(stop.Down);
                await _system.Bus.StartAsync();
                return;
            case Freeze freeze:
                var process = _system.Process(freeze.Part);
                process.Freeze();
                await PauseAsync(freeze.Duration);
                process.Thaw();
                break;
            case Trouble trouble:
                var troubles = trouble.Link == Link.Clients ? _system.Clients : _system.Instance(trouble.Instance).Troubles(trouble.Link);
                troubles.Begin(trouble);
                await PauseAsync(trouble.Duration);
                troubles.End(trouble);
                break;
            case VendorFailure failure:
                await FailAsync(failure);
                break;
            case Copies copies:
                await _meddler.CopyAsync(copies, _healing.Token);
                break;
            case Hold hold:
                await _meddler.HoldAsync(hold, _healing.Token);
                break;
            case ClockStep step:
                _system.Instance(step.Instance).SetClock(step.Offset);
                break;
        }

        _log.Add(fault.Kind);
    }

    private async Task KillAsync(Kill kill)
    {
        var process = _system.Process(kill.Instance);
        if (kill.Life is { } life)
        {
            while (!process.IsServing && !_healing.IsCancellationRequested)
                await PauseAsync(TimeSpan.FromMilliseconds(20));
            await PauseAsync(life);
        }

        if (_healing.IsCancellationRequested)
            return;
        var wasServing = process.IsServing;
        if (await process.KillAsync())
        {
            _log.Add(kill.Kind);
            _log.Add(wasServing ? "kill while it served" : "kill while it started");
        }

        await PauseAsync(kill.Down);
        await process.StartAsync();
    }

    private async Task KillAtAnswerAsync(KillAtAnswer fault)
    {
        var instance = _system.Instance(fault.Instance);
        var trap = new AnswerTrap(fault.Before, instance.Process.KillAsync, _oneClicks);
        if (!_system.Front.Traps.TryAdd(instance.Port, trap))
            return; // One is set already.
        var held = new Trouble(default, Link.Bus, fault.Instance, Manner.Stall, 1, AnswerLimit, 0);
        if (fault.HoldsBus)
            instance.Bus.Troubles.Begin(held);
        await Task.WhenAny(trap.Sprung, PauseAsync(AnswerLimit));
        _system.Front.Traps.TryRemove(instance.Port, out _);
        if (trap.Disarm())
        {
            await trap.Sprung;
            instance.Bus.Cut();
            _log.Write($"functions {fault.Instance} was killed at its answer {trap.At}");
            _log.Add("at an answer");
            _log.Add("kill");
        }

        if (fault.HoldsBus)
            instance.Bus.Troubles.End(held);
        await PauseAsync(fault.Down);
        await instance.Process.StartAsync();
    }

    private async Task FailAsync(VendorFailure failure)
    {
        var path = $"/sandbox/{failure.Vendor}/failures";
        try
        {
            using var set = await _vendors.PostAsJsonAsync(path, JsonNode.Parse(failure.Failure), _healing.Token);
            set.EnsureSuccessStatusCode();
        }
        catch (OperationCanceledException)
        {
            // The end came while the vendors were frozen; the failure is cleared below all the same.
        }

        await PauseAsync(failure.Duration);
        using var clear = await _vendors.DeleteAsync(path, CancellationToken.None);
        clear.EnsureSuccessStatusCode();
    }

    // Ends early when everything is healed.
    private async Task PauseAsync(TimeSpan duration) =>
        await Task.Delay(duration, TimeProvider.System, _healing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
