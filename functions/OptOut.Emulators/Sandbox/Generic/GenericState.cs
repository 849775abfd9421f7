using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Generic;

/// <param name="Kind"><c>email</c>, <c>phone</c> or <c>postal</c>.</param>
/// <param name="Topic">Null: everything the party sends.</param>
/// <param name="Reason"><c>unsubscribed</c>, <c>complained</c> or <c>bounced</c>.</param>
/// <param name="Untold">The party made it, and OptOut has heard of it neither by an event nor by the list.</param>
internal sealed record GenericEntry(string Identifier, string Kind, string? Topic, string Reason, DateTimeOffset At, bool Untold = false)
{
    /// <summary>One entry for each.</summary>
    [JsonIgnore]
    public (string Kind, string Identifier, string? Topic) Place => (Kind, Identifier, Topic);
}

/// <summary>What the party holds, as it is written to its file.</summary>
internal sealed record GenericState
{
    /// <summary>The oldest first: the order in which the list is given out.</summary>
    public List<GenericEntry> Entries { get; init; } = [];

    /// <summary>By kind and identifier: the moment of the state last taken, so that one that was overtaken on its way is left alone.</summary>
    public Dictionary<string, DateTimeOffset> Taken { get; init; } = new(StringComparer.Ordinal);
}

[JsonSerializable(typeof(GenericState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class GenericStateJson : JsonSerializerContext;
