using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OptOut.Judge.Faults;

/// <summary>
/// One part of the product in a process of its own. If it ends although nobody killed it, it is started again, as a platform does, and the
/// end is remembered.
/// </summary>
internal sealed class ProductProcess(
    string name, int port, string log, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25), PauseAfterCrash = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<string> _crashes = [];
    private readonly List<TimeSpan> _starts = [];
    private Task _watching = Task.CompletedTask;
    private Process? _process;
    private Task _exit = Task.CompletedTask;
    private TaskCompletionSource _serving = new();
    private bool _disposed;

    public string Name => name;

    /// <summary>What ended without being killed, in words.</summary>
    public IReadOnlyList<string> Crashes => _crashes;

    /// <summary>How long each start took until the port answered.</summary>
    public IReadOnlyList<TimeSpan> Starts => _starts;

    public bool IsServing => _serving.Task.IsCompletedSuccessfully;

    /// <summary>Starts it unless it runs.</summary>
    public async Task StartAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_process is not null || _disposed)
                return;
            // A shell writes the log, because what this process reads of a killed one could be lost with it.
            var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]) { UseShellExecute = false };
            foreach (var (key, value) in environment)
                start.Environment[key] = value;
            _process = Process.Start(start)!;
            _exit = _process.WaitForExitAsync();
            _serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watching = Task.WhenAll(_watching, WatchAsync(_process, _exit), AwaitServingAsync(_process, _serving));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Completes when the port answers, also if the process is killed and started again meanwhile.</summary>
    public async Task ServesAsync(TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!IsServing)
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new InvalidOperationException($"{name} does not answer on port {port} within {limit.TotalSeconds} s. Its log: {log}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Kills it with SIGKILL.</summary>
    /// <returns>False if it was not running.</returns>
    public async Task<bool> KillAsync()
    {
        await _gate.WaitAsync();
        try
        {
            // Taking it from the field decides whether it was killed or has ended by itself. It is disposed of in WatchAsync alone.
            if (Interlocked.Exchange(ref _process, null) is not { } process)
                return false;
            _serving = new TaskCompletionSource();
            process.Kill();
            await _exit;
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Freeze() => Signal(Signals.Stop);

    public void Thaw() => Signal(Signals.Continue);

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await KillAsync();
        await _watching;
        _gate.Dispose();
    }

    private void Signal(Action<int> send)
    {
        if (_process is not { } process)
            return;
        foreach (var id in (int[])[process.Id, .. Signals.ChildrenOf(process.Id)])
            send(id);
    }

    private async Task WatchAsync(Process process, Task exit)
    {
        await exit;
        if (Interlocked.CompareExchange(ref _process, null, process) != process)
        {
            process.Dispose();
            return; // Killed.
        }

        _serving = new TaskCompletionSource();
        _crashes.Add($"{name} ended by itself with code {process.ExitCode}; its log is {log}.");
        process.Dispose();
        await Task.Delay(PauseAfterCrash, TimeProvider.System);
        await StartAsync();
    }

    private async Task AwaitServingAsync(Process process, TaskCompletionSource serving)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (_process == process)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                _starts.Add(TimeProvider.System.GetElapsedTime(started));
                serving.TrySetResult();
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(Poll, TimeProvider.System);
            }
        }
    }
}
