using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors;

/// <summary>
/// Who stands on the one list of a vendor that knows no topics: whoever stopped everything that it sends. Somebody who still wants one of its
/// topics must not stand on it, or would get none; what of the rest may be sent, <c>GET /api/check</c> answers.
/// </summary>
internal sealed class OneList
{
    private readonly IReadOnlyList<Topic> _topics;
    private readonly bool _some;

    private OneList(IReadOnlyList<Topic> topics, bool some) => (_topics, _some) = (topics, some);

    /// <param name="catalogue">Every topic there is.</param>
    /// <param name="sends">The topics whose messages go out through the vendor; empty means all, and whatever has no topic.</param>
    public static OneList Create(TopicCatalogue catalogue, IEnumerable<string> sends) =>
        sends.Select(Topic.Parse).ToArray() is { Length: > 0 } some ? new OneList(some, some: true) : new OneList(catalogue.Topics, some: false);

    /// <summary>Each of the vendor's topics is stopped; and, where it sends more than those, so is marketing in general.</summary>
    public bool Holds(StopSet stops) => (_some || stops.General) && _topics.All(t => stops.Stops(t));
}
