using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OptOut.Local.Sandbox;

/// <summary>A vendor's state as one JSON file, replaced whole, so that a run cut short leaves the old state or the new.</summary>
internal sealed class SandboxFile<T>(string? folder, string name, JsonTypeInfo<T> type)
    where T : class
{
    private readonly string? _path = folder is null ? null : Path.Combine(folder, $"{name}.json");

    public T? Load()
    {
        if (_path is null || !File.Exists(_path))
            return null;
        using var stream = File.OpenRead(_path);
        return JsonSerializer.Deserialize(stream, type);
    }

    public void Save(T state)
    {
        if (_path is null)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var unfinished = _path + ".new";
        using (var stream = File.Create(unfinished))
            JsonSerializer.Serialize(stream, state, type);
        File.Move(unfinished, _path, overwrite: true);
    }
}
