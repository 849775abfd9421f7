using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <param name="Number">The number in E.164.</param>
/// <param name="At">When the entry was created.</param>
/// <param name="Marked">Whether an agent marked the number; if not, only OptOut stopped it.</param>
/// <param name="Told">Whether the mark was reported to OptOut: it answered the webhook with 200, or has read the list since.</param>
internal sealed record DiallerEntry(string Number, DateTimeOffset At, bool Marked, bool Told = false);

/// <param name="Dialled">Whether the number was dialled; if not, the call was refused because the number is on the list.</param>
internal sealed record DiallerAttempt(string Number, bool Dialled, DateTimeOffset At);

/// <summary>What the sandbox's dialler contains, in the form written to its file.</summary>
internal sealed record DiallerState
{
    /// <summary>In order of creation.</summary>
    public List<DiallerEntry> Entries { get; init; } = [];

    public List<DiallerAttempt> Calls { get; init; } = [];
}

[JsonSerializable(typeof(DiallerState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class DiallerStateJson : JsonSerializerContext;
