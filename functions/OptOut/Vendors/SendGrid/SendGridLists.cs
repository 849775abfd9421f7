using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.SendGrid;

/// <summary>Maps scopes on our side to lists and groups at SendGrid, and back.</summary>
internal sealed class SendGridLists
{
    public const string Global = "global";

    /// <summary>All groups in one pull: SendGrid reports when an entry was made only if all groups are requested together.</summary>
    public const string Groups = "groups";

    /// <summary>Groups of the account that belong to no topic: an entry is still an objection.</summary>
    public const string OtherGroups = "other-groups";

    public const string SpamReports = "spam-reports";
    public const string Bounces = "bounces";

    private readonly TopicCatalogue _catalogue;
    private readonly FrozenDictionary<int, Topic> _topics;
    private readonly FrozenDictionary<string, int> _groupOf;
    private readonly FrozenSet<int> _serviceGroups;
    private readonly GroupStop _groupStops;

    public SendGridLists(TopicCatalogue catalogue, IOptions<SendGridOptions> options)
    {
        _catalogue = catalogue;
        _topics = options.Value.Groups.ToFrozenDictionary(g => g.Value, g => Topic.Parse(g.Key));
        _groupOf = options.Value.Groups.ToFrozenDictionary(g => g.Key, g => g.Value, StringComparer.Ordinal);
        _serviceGroups = options.Value.ServiceGroups.ToFrozenSet();
        _groupStops = options.Value.GroupStops;
        GroupIds = [.. catalogue.Topics.Select(GroupOf)];
        All = [Global, .. GroupIds.Select(Name), OtherGroups, SpamReports, Bounces];
    }

    /// <summary>The groups of the catalogue's topics, in the order of the catalogue.</summary>
    public IReadOnlyList<int> GroupIds { get; }

    public IReadOnlyList<string> All { get; }

    public static string Name(int group) => string.Create(CultureInfo.InvariantCulture, $"group:{group}");

    public int GroupOf(Topic topic) => _groupOf[topic.Value];

    public Topic TopicOf(int group) => _topics[group];

    public bool NeedsGlobal(StopSet stops) => stops.General && _catalogue.Topics.All(t => stops.Stops(t));

    public IEnumerable<int> GroupsFor(StopSet stops) => _catalogue.Topics.Where(t => stops.Stops(t)).Select(GroupOf);

    /// <summary>
    /// What a person's entry in a group means; null for a group of service mail. A group that is not configured stops everything:
    /// stopping too much is a nuisance that one click undoes, stopping too little is unlawful.
    /// </summary>
    public (string List, Scope Stop)? GroupEntry(int group)
    {
        if (_topics.TryGetValue(group, out var topic))
            return (Name(group), _groupStops == GroupStop.Topic ? new Scope(null, topic) : Scope.Everything);
        return _serviceGroups.Contains(group) ? null : (OtherGroups, Scope.Everything);
    }
}
