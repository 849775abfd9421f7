using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Records.Statistics;

/// <summary>
/// What was decided on one day (UTC), as it is in the blob of that day. It names nobody: the ids in it are of messages, and cut.
/// </summary>
internal sealed record StatisticsDay
{
    public required DateOnly Day { get; init; }

    /// <summary>Whether the day is over and all of it is counted.</summary>
    public required bool Complete { get; init; }

    /// <summary>When the feed was last read for this day: the position from which it is read on.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>How many messages with changes there were, each of one subject and one submission.</summary>
    public required long Messages { get; init; }

    /// <summary>How many changes there were of each kind, the most frequent first.</summary>
    public required IReadOnlyList<ChangeCount> Changes { get; init; }

    /// <summary>How many of them came from each campaign, the most frequent first, at most <see
    /// cref="CampaignCounter.MaxNamed"/>.</summary>
    public required IReadOnlyList<CampaignCount> Campaigns { get; init; }

    /// <summary>How many came from all other campaigns together; null if there are none.</summary>
    public CampaignCount? OtherCampaigns { get; init; }

    /// <summary>The messages counted last, so that one that is delivered again is not counted twice: see <see
    /// cref="SeenMessages"/>.</summary>
    public required string Seen { get; init; }

    [JsonIgnore]
    public DateTimeOffset Start => new(Day, TimeOnly.MinValue, TimeSpan.Zero);

    [JsonIgnore]
    public DateTimeOffset End => Start.AddDays(1);

    /// <summary>Nothing counted yet.</summary>
    public static StatisticsDay Empty(DateTimeOffset moment, string seen = "") => new()
    {
        Day = DateOnly.FromDateTime(moment.UtcDateTime),
        Complete = false,
        Until = new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero),
        Messages = 0,
        Changes = [],
        Campaigns = [],
        Seen = seen,
    };

    /// <summary>The day after, which knows the messages counted last on this one.</summary>
    public StatisticsDay Next() => Empty(End, Seen);

    public string ToJson() => JsonSerializer.Serialize(this, StatisticsJson.Default.StatisticsDay);

    /// <exception cref="JsonException">Not such a day.</exception>
    public static StatisticsDay FromJson(string json) =>
        JsonSerializer.Deserialize(json, StatisticsJson.Default.StatisticsDay)
        ?? throw new JsonException("A day is a JSON object, not null.");
}

/// <summary>How many changes were of one kind.</summary>
/// <param name="Source">By which endpoint they came.</param>
/// <param name="Via">The channel of the message whose link was used; null if it is not known.</param>
/// <param name="Channel">The channel they are about, or <c>*</c>.</param>
/// <param name="Topic">The topic they are about, or <c>*</c>.</param>
internal sealed record ChangeCount(string Source, string? Via, string Channel, string Topic, string Decision, long Count);

/// <summary>How many changes came from links of one campaign.</summary>
/// <param name="Campaign">Its number; 0 for several campaigns together.</param>
internal sealed record CampaignCount(uint Campaign, long Stops, long Allows)
{
    [JsonIgnore]
    public long Sum => Stops + Allows;

    public CampaignCount Add(CampaignCount other) => this with { Stops = Stops + other.Stops, Allows = Allows + other.Allows };
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StatisticsDay))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
