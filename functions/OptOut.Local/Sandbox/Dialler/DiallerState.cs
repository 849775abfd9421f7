using System.Text.Json.Serialization;

namespace OptOut.Local.Sandbox.Dialler;

/// <param name="Number">E.164.</param>
/// <param name="At">Since when.</param>
/// <param name="Ours">Whether OptOut has said so; else only an agent's mark has.</param>
internal sealed record DiallerEntry(string Number, DateTimeOffset At, bool Ours);

/// <param name="Dialled">Whether the number was dialled; else it was refused, because it is on the list.</param>
internal sealed record DiallerAttempt(string Number, bool Dialled, DateTimeOffset At);

/// <summary>What the sandbox's dialler holds, as it is written to its file.</summary>
internal sealed record DiallerState
{
    /// <summary>In the order they came.</summary>
    public List<DiallerEntry> Entries { get; init; } = [];

    public List<DiallerAttempt> Calls { get; init; } = [];
}

[JsonSerializable(typeof(DiallerState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class DiallerStateJson : JsonSerializerContext;
