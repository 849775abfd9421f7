using OptOut.Consent;

namespace OptOut.Records.Statistics;

/// <summary>
/// Counts by campaign, of which there may be any number. A day names the <see cref="MaxNamed"/> most frequent ones, and adds up the others.
/// A campaign that was among the others before it became frequent has a part of its count there.
/// </summary>
internal sealed class CampaignCounter
{
    /// <summary>The most campaigns that a day names.</summary>
    internal const int MaxNamed = 1_000;

    // How many are counted at once before the least frequent ones are added up.
    private const int MaxCounted = 10 * MaxNamed;

    private readonly Dictionary<uint, CampaignCount> _campaigns;
    private CampaignCount? _others;

    public CampaignCounter(IEnumerable<CampaignCount> campaigns, CampaignCount? others) =>
        (_campaigns, _others) = (campaigns.ToDictionary(c => c.Campaign), others);

    public void Add(uint campaign, Decision decision)
    {
        var one = decision == Decision.Stop ? new CampaignCount(campaign, 1, 0) : new CampaignCount(campaign, 0, 1);
        _campaigns[campaign] = _campaigns.TryGetValue(campaign, out var known) ? known.Add(one) : one;
        if (_campaigns.Count > MaxCounted)
            AddUpOthers();
    }

    public (IReadOnlyList<CampaignCount> Campaigns, CampaignCount? Others) Result()
    {
        AddUpOthers();
        return ([.. InOrder()], _others);
    }

    private void AddUpOthers()
    {
        foreach (var least in InOrder().Skip(MaxNamed).ToArray())
        {
            _others = (_others ?? new CampaignCount(0, 0, 0)).Add(least);
            _campaigns.Remove(least.Campaign);
        }
    }

    private IOrderedEnumerable<CampaignCount> InOrder() => _campaigns.Values.OrderByDescending(c => c.Sum).ThenBy(c => c.Campaign);
}
