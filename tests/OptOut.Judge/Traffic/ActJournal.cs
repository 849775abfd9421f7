using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Judge;

/// <summary>
/// The journal of what was asked and answered, one JSON object on a line. A line is on the disk before its request is sent, so what the
/// product may have seen is always in the journal; the position of a line, not a clock, says what came first.
/// </summary>
internal sealed class ActJournal(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    public string Path { get; } = path;

    public void Sent(Act act, int attempt, DateTimeOffset at) => Write(new JournalLine { Sent = act, Attempt = attempt, At = at });

    public void Answered(string id, int attempt, Answer answer, DateTimeOffset at) =>
        Write(new JournalLine { Answered = id, Attempt = attempt, At = at, Answer = answer });

    /// <summary>Reads a journal; a last line that was cut off by the end of its writer was never sent.</summary>
    public static IReadOnlyList<JournalledAct> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n')[..^1];
        return JournalledAct.From(lines.Select(line => JsonSerializer.Deserialize(line, JournalJson.Default.JournalLine)!));
    }

    public void Dispose() => _file.Dispose();

    private void Write(JournalLine line)
    {
        var bytes = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line, JournalJson.Default.JournalLine) + "\n");
        lock (_gate)
        {
            _file.Write(bytes);
            _file.Flush(flushToDisk: true);
        }
    }
}

/// <summary>A line: an attempt that is about to be sent, or its answer.</summary>
internal sealed record JournalLine
{
    public Act? Sent { get; init; }

    /// <summary>The id of the act that was answered.</summary>
    public string? Answered { get; init; }

    public int Attempt { get; init; }

    public DateTimeOffset At { get; init; }

    public Answer? Answer { get; init; }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
