using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>What a contact point may receive, or what one of its owners wants, by channel of its kind.</summary>
/// <param name="Stops">What is stopped.</param>
/// <param name="Moments">When each answer was decided.</param>
/// <param name="At">When the latest decision behind it was made, whatever that was about; null if there is none.</param>
internal sealed record ContactAnswers(
    IReadOnlyDictionary<Channel, StopSet> Stops, IReadOnlyDictionary<Channel, DecisionMoments> Moments, DateTimeOffset? At)
{
    public static ContactAnswers Of(Identifier identifier, ConsentState state) => new(
        identifier.Channels.ToDictionary(c => c, state.Stops),
        identifier.Channels.ToDictionary(c => c, c => DecisionMoments.From(c, state)),
        identifier.Channels.Max(state.DecidedAt));

    /// <summary>What both allow. Associative, and the same whatever the order.</summary>
    public ContactAnswers Union(ContactAnswers other) => new(
        Stops.ToDictionary(s => s.Key, s => s.Value.Union(other.Stops[s.Key])),
        Moments.ToDictionary(
            m => m.Key, m => DecisionMoments.Union((Stops[m.Key], m.Value), (other.Stops[m.Key], other.Moments[m.Key]))),
        At > other.At || other.At is null ? At : other.At);

    public bool HasStopsOf(ContactAnswers other) =>
        Stops.Count == other.Stops.Count && Stops.All(s => other.Stops.TryGetValue(s.Key, out var stops) && s.Value.Equals(stops));

    public bool Equals(ContactAnswers? other) => other is not null
        && At == other.At
        && HasStopsOf(other)
        && Moments.All(m => other.Moments.TryGetValue(m.Key, out var moments) && m.Value.Equals(moments));

    public override int GetHashCode() => At.GetHashCode();

    public void Write(TableEntity row)
    {
        foreach (var (channel, stops) in Stops)
            row[StopsColumn(channel)] = stops.ToString();
        foreach (var (channel, moments) in Moments)
            row[MomentsColumn(channel)] = moments.ToString();
        row["At"] = At;
    }

    public static ContactAnswers Read(TableEntity row)
    {
        var channels = Channels.All.Where(c => row.ContainsKey(StopsColumn(c))).ToArray();
        return new ContactAnswers(
            channels.ToDictionary(c => c, c => StopSet.Parse(row.GetString(StopsColumn(c)))),
            channels.ToDictionary(c => c, c => DecisionMoments.Parse(row.GetString(MomentsColumn(c)))),
            row.GetDateTimeOffset("At"));
    }

    private static string StopsColumn(Channel channel) => "Stops_" + channel.Name();

    private static string MomentsColumn(Channel channel) => "Moments_" + channel.Name();
}
