using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>
/// What a vendor is told: how a contact point stands now, not what happened. Told twice it is told once; of two, the one with the later
/// <see cref="Timestamp"/> holds.
/// </summary>
/// <param name="Timestamp">Of this state: RFC 3339, UTC, milliseconds.</param>
/// <param name="Channel">The vendor's.</param>
/// <param name="Kind"><c>email</c>, <c>phone</c> or <c>postal</c>.</param>
/// <param name="Identifier">In its normal form.</param>
/// <param name="Stopped">Nothing of what the vendor sends may go there.</param>
/// <param name="Lifted">
/// We once said that it was stopped, and the person has asked for messages since: it comes off. Where both are false, an entry the vendor made itself
/// stays, because it is a Stop of the person's that may not have reached us.
/// </param>
/// <param name="Everything">Stopped, and of topics there are none yet too.</param>
/// <param name="StoppedTopics">Those that may not be sent; null for a vendor that does not keep topics apart.</param>
/// <param name="AllowedTopics">Those we once said were stopped that may be sent again: they come off. Topics in neither list stay as they are.</param>
internal sealed record ConsentChanged(
    string Timestamp, string Channel, string Kind, string Identifier, bool Stopped, bool Lifted, bool Everything,
    IReadOnlyList<string>? StoppedTopics, IReadOnlyList<string>? AllowedTopics)
{
    [JsonPropertyOrder(-1)]
    public string Type => "consent.changed";

    /// <summary>Whether there is anything to hold or to take off.</summary>
    [JsonIgnore]
    public bool HasChanges => Stopped || Lifted || StoppedTopics is { Count: > 0 } || AllowedTopics is { Count: > 0 };

    public static ConsentChanged From(VendorPush push, Channel channel, HttpVendorLists lists, DateTimeOffset now)
    {
        var before = push.Confirmed ?? StopSet.Nothing;
        var (stopped, topics) = (lists.Holds(push.Stops), lists.Stopped(push.Stops).ToArray());
        return new ConsentChanged(
            Rfc3339.Write(now), channel.Name(), HttpVendorEntries.Name(push.Identifier.Kind), push.Identifier.Value,
            stopped, !stopped && lists.Holds(before), push.Stops.IsEverything,
            lists.Topics.Count == 0 ? null : [.. topics.Select(t => t.Value)],
            lists.Topics.Count == 0 ? null : [.. lists.Stopped(before).Except(topics).Select(t => t.Value)]);
    }

    // Records print their members, and one of these is personal.
    public override string ToString() => Type;
}

[JsonSerializable(typeof(ConsentChanged))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class HttpVendorJson : JsonSerializerContext;
