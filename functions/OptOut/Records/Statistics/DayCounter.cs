using OptOut.Consent;
using OptOut.Records.Feed;

namespace OptOut.Records.Statistics;

/// <summary>Counts on from what a day has already.</summary>
internal sealed class DayCounter(StatisticsDay day)
{
    private readonly Dictionary<ChangeCount, long> _changes = day.Changes.ToDictionary(c => c with { Count = 0 }, c => c.Count);
    private readonly CampaignCounter _campaigns = new(day.Campaigns, day.OtherCampaigns);
    private readonly SeenMessages _seen = SeenMessages.Parse(day.Seen);
    private long _messages = day.Messages;

    /// <summary>Counts a message, unless it has been counted.</summary>
    public void Add(DateTimeOffset at, FeedChange change)
    {
        if (!_seen.Add(change.Id, at))
            return;
        _messages++;
        foreach (var (decision, scope) in change.Decisions)
        {
            var kind = new ChangeCount(
                change.Source.ToString(),
                change.Channel?.Name(),
                scope.Channel?.Name() ?? "*",
                scope.Topic?.Value ?? "*",
                decision.ToString(),
                0);
            _changes[kind] = _changes.GetValueOrDefault(kind) + 1;
            if (change.Campaign > 0)
                _campaigns.Add(change.Campaign, decision);
        }
    }

    public StatisticsDay Result(DateTimeOffset until, bool isComplete)
    {
        var (campaigns, others) = _campaigns.Result();
        return day with
        {
            Complete = isComplete,
            Until = until,
            Messages = _messages,
            Changes =
            [
                .. _changes.Select(c => c.Key with { Count = c.Value })
                    .OrderByDescending(c => c.Count).ThenBy(c => c.ToString(), StringComparer.Ordinal),
            ],
            Campaigns = campaigns,
            OtherCampaigns = others,
            Seen = _seen.ToText(until),
        };
    }
}
