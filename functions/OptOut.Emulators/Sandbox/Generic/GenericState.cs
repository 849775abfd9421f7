using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Generic;

/// <param name="Kind"><c>email</c>, <c>phone</c> or <c>postal</c>.</param>
/// <param name="Topic">Null: all messages of the party.</param>
/// <param name="Reason"><c>unsubscribed</c>, <c>complained</c> or <c>bounced</c>.</param>
/// <param name="Untold">True if the party created it and OptOut got it neither from an event nor from the list.</param>
internal sealed record GenericEntry(string Identifier, string Kind, string? Topic, string Reason, DateTimeOffset At, bool Untold = false)
{
    /// <summary>The key: there is at most one entry for each.</summary>
    [JsonIgnore]
    public (string Kind, string Identifier, string? Topic) Key => (Kind, Identifier, Topic);
}

/// <summary>The party's state, in the form written to its file.</summary>
internal sealed record GenericState
{
    /// <summary>The oldest first, the order in which the list is served.</summary>
    public List<GenericEntry> Entries { get; init; } = [];
}

[JsonSerializable(typeof(GenericState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class GenericStateJson : JsonSerializerContext;
