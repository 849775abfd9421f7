using System.Text.Json.Serialization.Metadata;

namespace OptOut.Emulators.Sandbox;

/// <summary>A vendor's state, changed by one at a time and kept in its <see cref="SandboxFile{T}"/>.</summary>
internal sealed class SandboxBook<T> : IAsyncDisposable
    where T : class, new()
{
    private readonly Lock _gate = new();
    private readonly SandboxFile<T> _file;
    private readonly T _state;

    /// <param name="folder">Null keeps nothing.</param>
    /// <param name="name">Of the vendor.</param>
    /// <param name="type">How the state is written.</param>
    public SandboxBook(string? folder, string name, JsonTypeInfo<T> type)
    {
        _file = new SandboxFile<T>(folder, name, type, _gate);
        _state = _file.Load() ?? new T();
        _file.Keep(_state);
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
            _file.Changed();
            return result;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
