using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors;

/// <summary>
/// The rule for a vendor with one list and no topics: somebody is on the list once they have stopped everything that the vendor sends.
/// Anyone who still wants one of its topics must stay off the list, or they would receive nothing; <c>GET /api/check</c> answers which of
/// the other topics may be sent.
/// </summary>
internal sealed class SingleList
{
    private readonly IReadOnlyList<Topic> _topics;
    private readonly bool _sendsOnlyTopics;

    private SingleList(IReadOnlyList<Topic> topics, bool sendsOnlyTopics) => (_topics, _sendsOnlyTopics) = (topics, sendsOnlyTopics);

    /// <param name="catalogue">All topics.</param>
    /// <param name="sends">The topics that the vendor sends; empty means every topic, and also messages without a topic.</param>
    public static SingleList Create(TopicCatalogue catalogue, IEnumerable<string> sends) =>
        sends.Select(Topic.Parse).ToArray() is { Length: > 0 } topics
            ? new SingleList(topics, sendsOnlyTopics: true)
            : new SingleList(catalogue.Topics, sendsOnlyTopics: false);

    /// <summary>
    /// Whether each of the vendor's topics is stopped and, if the vendor sends more than certain topics, marketing in general as well.
    /// </summary>
    public bool Includes(StopSet stops) => (_sendsOnlyTopics || stops.General) && _topics.All(t => stops.Stops(t));
}
