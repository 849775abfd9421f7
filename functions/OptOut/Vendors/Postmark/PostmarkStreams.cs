using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Postmark;

/// <summary>What the suppressions of each stream mean. A list has the name of its stream.</summary>
internal sealed class PostmarkStreams
{
    private readonly SingleList _everyTopic;
    private readonly FrozenDictionary<string, Topic?> _streams;
    private readonly FrozenSet<string> _serviceStreams;
    private readonly StreamStop _streamStops;

    public PostmarkStreams(TopicCatalogue catalogue, IOptions<PostmarkOptions> options)
    {
        _everyTopic = SingleList.Create(catalogue, sends: []);
        All = [.. options.Value.Streams.Select(s => s.Id)];
        _streams = options.Value.Streams.ToFrozenDictionary(
            s => s.Id, s => s.Topic is { } topic ? Topic.Parse(topic) : (Topic?)null, StringComparer.Ordinal);
        _serviceStreams = options.Value.ServiceStreams.ToFrozenSet(StringComparer.Ordinal);
        _streamStops = options.Value.StreamStops;
    }

    public IReadOnlyList<string> All { get; }

    /// <summary>The streams that must not send to a person with these Stops.</summary>
    public IEnumerable<string> For(StopSet stops) =>
        All.Where(stream => _streams[stream] is { } topic ? stops.Stops(topic) : _everyTopic.Includes(stops));

    /// <summary>
    /// What it stops when a person unsubscribes from a stream; null for a stream of service mail. A stream that is not configured stops
    /// everything: stopping too much is a nuisance that one click undoes, stopping too little is unlawful.
    /// </summary>
    public Scope? StopOf(string stream) =>
        _streams.TryGetValue(stream, out var topic) && topic is not null && _streamStops == StreamStop.Topic ? new Scope(null, topic)
        : _serviceStreams.Contains(stream) ? null
        : Scope.Everything;
}
