using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>
/// The message that a vendor receives: the current state of a contact point, not what happened. Receiving it twice has no further effect.
/// The last one to arrive applies: clocks of two machines differ, so <see cref="Timestamp"/> orders nothing.
/// </summary>
/// <param name="Timestamp">When it was sent, for the vendor's log: RFC 3339, UTC, milliseconds.</param>
/// <param name="Channel">The vendor's channel.</param>
/// <param name="Kind"><c>email</c>, <c>phone</c> or <c>postal</c>.</param>
/// <param name="Identifier">The contact point, normalised.</param>
/// <param name="Stopped">The vendor may send nothing to it.</param>
/// <param name="Lifted">
/// We previously reported it as stopped, and the person has since asked for messages: the vendor must remove its entry. If both are
/// false, an entry that the vendor made itself stays, because it is a Stop by the person that may not have reached us.
/// </param>
/// <param name="Everything">Everything is stopped, including topics that do not exist yet.</param>
/// <param name="StoppedTopics">The topics that may not be sent; null for a vendor that does not separate topics.</param>
/// <param name="AllowedTopics">
/// The topics that we previously reported as stopped and that may be sent again: the vendor must remove their entries. Topics in neither
/// list stay as they are.
/// </param>
internal sealed record ConsentChanged(
    string Timestamp, string Channel, string Kind, string Identifier, bool Stopped, bool Lifted, bool Everything,
    IReadOnlyList<string>? StoppedTopics, IReadOnlyList<string>? AllowedTopics)
{
    [JsonPropertyOrder(-1)]
    public string Type => "consent.changed";

    /// <summary>Whether there is anything for the vendor to add or remove.</summary>
    [JsonIgnore]
    public bool HasChanges => Stopped || Lifted || StoppedTopics is { Count: > 0 } || AllowedTopics is { Count: > 0 };

    public static ConsentChanged From(VendorPush push, Channel channel, HttpVendorLists lists, DateTimeOffset now)
    {
        var before = push.Confirmed ?? StopSet.Nothing;
        var (stopped, topics) = (lists.IsSuppressed(push.Stops), lists.Stopped(push.Stops).ToArray());
        return new ConsentChanged(
            Rfc3339.Write(now), channel.Name(), HttpVendorEntries.Name(push.Identifier.Kind), push.Identifier.Value,
            stopped, !stopped && lists.IsSuppressed(before), push.Stops.IsEverything,
            lists.Topics.Count == 0 ? null : [.. topics.Select(t => t.Value)],
            lists.Topics.Count == 0 ? null : [.. lists.Stopped(before).Except(topics).Select(t => t.Value)]);
    }

    // Records print their members, and one of these is personal data.
    public override string ToString() => Type;
}

[JsonSerializable(typeof(ConsentChanged))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class HttpVendorJson : JsonSerializerContext;
