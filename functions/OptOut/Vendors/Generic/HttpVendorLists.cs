using System.Collections.Frozen;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Generic;

/// <summary>Maps scopes on our side to entries with or without a topic on the vendor's list, and back.</summary>
internal sealed class HttpVendorLists
{
    /// <summary>Entries without a topic: the vendor may send nothing to them.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Entries for topics that we do not push to the vendor: still an objection.</summary>
    public const string OtherTopics = "other-topics";

    public const string Bounces = "bounces";

    private readonly TopicCatalogue _catalogue;
    private readonly Channel _channel;
    private readonly bool _named;
    private readonly SingleList _all;
    private readonly bool _byTopic;

    public HttpVendorLists(TopicCatalogue catalogue, Channel channel, HttpVendorOptions options)
    {
        (_catalogue, _channel, _named) = (catalogue, channel, options.EntryStops == HttpVendorStop.Named);
        Topic[] sends = options.Topics.Count == 0 ? [.. catalogue.Topics] : [.. options.Topics.Select(Topic.Parse)];
        _all = SingleList.Create(catalogue, options.Topics);
        Topics = options.ByTopic ? sends : [];
        _byTopic = options.ByTopic;
        All = options.PullUrl is null ? [] : [Suppressed, .. Topics.Select(Name), OtherTopics, Bounces];
    }

    /// <summary>The topics that the vendor keeps separate.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    public IReadOnlyList<string> All { get; }

    public static string Name(Topic topic) => $"topic:{topic}";

    /// <summary>
    /// Whether the vendor may send nothing. If it keeps its topics separate, each has its own entry, and the general entry is for people
    /// who stopped marketing in general.
    /// </summary>
    public bool IsSuppressed(StopSet stops) => _all.Includes(stops) && (!_byTopic || stops.General);

    public IEnumerable<Topic> Stopped(StopSet stops) => Topics.Where(t => stops.Stops(t));

    public IReadOnlySet<string> For(StopSet stops)
    {
        if (All.Count == 0)
            return FrozenSet<string>.Empty;
        var names = Stopped(stops).Select(Name);
        return (IsSuppressed(stops) ? names.Append(Suppressed) : names).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// Which list an entry is on, and what it stops. A topic that is not configured stops everything: stopping too much is a nuisance
    /// that one click undoes, stopping too little is unlawful. A complaint stops everything too.
    /// </summary>
    /// <param name="topic">The vendor's name for the topic; null when the entry has none.</param>
    public (string List, Scope Stop) Entry(string? topic, VendorEntryKind kind)
    {
        var named = _named && kind == VendorEntryKind.Unsubscribed;
        if (kind == VendorEntryKind.Undeliverable)
            return (Bounces, new Scope(_channel, null)); // Never recorded: it says nothing about the person.
        if (topic is null)
            return (Suppressed, named ? new Scope(_channel, null) : Scope.Everything);
        if (!_catalogue.TryFind(topic, out var known))
            return (OtherTopics, Scope.Everything);
        return (Topics.Contains(known) ? Name(known) : OtherTopics, named ? new Scope(null, known) : Scope.Everything);
    }
}
