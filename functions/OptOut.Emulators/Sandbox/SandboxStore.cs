using System.Text.Json.Serialization.Metadata;

namespace OptOut.Emulators.Sandbox;

/// <summary>A vendor's state, guarded by a lock and saved in its <see cref="SandboxFile{T}"/>.</summary>
internal sealed class SandboxStore<T> : IAsyncDisposable
    where T : class, new()
{
    private readonly Lock _gate = new();
    private readonly SandboxFile<T> _file;
    private readonly T _state;

    /// <param name="folder">The folder of the file; null keeps nothing.</param>
    /// <param name="name">The name of the vendor.</param>
    /// <param name="type">The JSON format of the state.</param>
    public SandboxStore(string? folder, string name, JsonTypeInfo<T> type)
    {
        _file = new SandboxFile<T>(folder, name, type, _gate);
        _state = _file.Load() ?? new T();
        _file.StartSaving(_state);
    }

    public TResult Read<TResult>(Func<T, TResult> read)
    {
        lock (_gate)
            return read(_state);
    }

    public TResult Change<TResult>(Func<T, TResult> change)
    {
        lock (_gate)
        {
            var result = change(_state);
            _file.MarkChanged();
            return result;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
