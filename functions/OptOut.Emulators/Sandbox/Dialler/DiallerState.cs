using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <param name="Number">E.164.</param>
/// <param name="At">Since when.</param>
/// <param name="Marked">Whether an agent has; else OptOut alone has said so.</param>
/// <param name="Told">Whether OptOut knows of the mark: it answered the webhook with 200, or read the list since.</param>
internal sealed record DiallerEntry(string Number, DateTimeOffset At, bool Marked, bool Told = false);

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
