using System.Collections.Frozen;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Generic;

/// <summary>What the vendor's list means: between scopes on our side, and entries with a topic or without one on theirs.</summary>
internal sealed class HttpVendorLists
{
    /// <summary>Entries without a topic: nothing of what the vendor sends may go to them.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Entries of topics that we do not tell the vendor of: an objection all the same.</summary>
    public const string OtherTopics = "other-topics";

    public const string Bounces = "bounces";

    private readonly TopicCatalogue _catalogue;
    private readonly Channel _channel;
    private readonly bool _named;
    private readonly OneList _all;
    private readonly bool _byTopic;

    public HttpVendorLists(TopicCatalogue catalogue, Channel channel, HttpVendorOptions options)
    {
        (_catalogue, _channel, _named) = (catalogue, channel, options.EntryStops == HttpVendorStop.Named);
        Topic[] sends = options.Topics.Count == 0 ? [.. catalogue.Topics] : [.. options.Topics.Select(Topic.Parse)];
        _all = OneList.Create(catalogue, options.Topics);
        Topics = options.ByTopic ? sends : [];
        _byTopic = options.ByTopic;
        All = options.PullUrl is null ? [] : [Suppressed, .. Topics.Select(Name), OtherTopics, Bounces];
    }

    /// <summary>The topics the vendor keeps apart.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    public IReadOnlyList<string> All { get; }

    public static string Name(Topic topic) => $"topic:{topic}";

    /// <summary>
    /// Whether nothing of what the vendor sends may go out. Where it keeps its topics apart, each has an entry of its own, and the one for everything is for
    /// whoever stopped marketing in general.
    /// </summary>
    public bool Holds(StopSet stops) => _all.Holds(stops) && (!_byTopic || stops.General);

    public IEnumerable<Topic> Stopped(StopSet stops) => Topics.Where(t => stops.Stops(t));

    public IReadOnlySet<string> For(StopSet stops)
    {
        if (All.Count == 0)
            return FrozenSet<string>.Empty;
        var names = Stopped(stops).Select(Name);
        return (Holds(stops) ? names.Append(Suppressed) : names).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// On which list somebody stands, and what that stops. A topic nobody told us of stops everything: stopping too much is a nuisance that one click
    /// undoes, stopping too little is unlawful. So does a complaint.
    /// </summary>
    /// <param name="topic">As the vendor names it; null where it names none.</param>
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
