using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OptOut.Emulators.Sandbox;

/// <summary>
/// A vendor's state as one JSON file that is replaced atomically, so that an interrupted run leaves the old state or the new one. Changes
/// are written at most twice a second, and on dispose: a write per entry would make a thousand entries slow.
/// </summary>
internal sealed class SandboxFile<T> : IAsyncDisposable
    where T : class
{
    private readonly string? _path;
    private readonly JsonTypeInfo<T> _type;
    private readonly Lock _gate;
    private readonly CancellationTokenSource _end = new();
    private Task _writing = Task.CompletedTask;
    private volatile bool _changed;
    private long _notBefore;

    /// <param name="folder">The folder of the file; null keeps nothing.</param>
    /// <param name="name">The name of the file, without its extension.</param>
    /// <param name="type">The JSON format of the state.</param>
    /// <param name="gate">The lock that is held while the state changes.</param>
    public SandboxFile(string? folder, string name, JsonTypeInfo<T> type, Lock gate)
    {
        (_path, _type, _gate) = (folder is null ? null : Path.Combine(folder, $"{name}.json"), type, gate);
        if (folder is not null)
            Directory.CreateDirectory(folder);
    }

    public T? Load()
    {
        if (_path is null || !File.Exists(_path))
            return null;
        using var stream = File.OpenRead(_path);
        return JsonSerializer.Deserialize(stream, _type);
    }

    /// <summary>Starts saving the changes of a state.</summary>
    public void StartSaving(T state)
    {
        if (_path is null)
            return;
        Write(state);
        _writing = WriteAsync(state);
    }

    public void MarkChanged() => _changed = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writing;
        _end.Dispose();
    }

    private async Task WriteAsync(T state)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
                WriteChanges();
        }
        catch (OperationCanceledException)
        {
            WriteChanges();
        }

        // A large state is written less often, so that writing never takes more than a twentieth of the time.
        void WriteChanges()
        {
            var begun = Stopwatch.GetTimestamp();
            if (!_changed || (begun < _notBefore && !_end.IsCancellationRequested))
                return;
            Write(state);
            _notBefore = begun + (20 * (Stopwatch.GetTimestamp() - begun));
        }
    }

    private void Write(T state)
    {
        var temporary = _path + ".new";
        using (var stream = File.Create(temporary))
        {
            lock (_gate)
            {
                _changed = false;
                JsonSerializer.Serialize(stream, state, _type);
            }
        }

        File.Move(temporary, _path!, overwrite: true);
    }
}
