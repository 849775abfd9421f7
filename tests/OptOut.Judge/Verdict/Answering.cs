namespace OptOut.Judge;

/// <summary>What is stopped according to a state or to a written set of stops. It follows the documents, not the product's code.</summary>
internal static class Answering
{
    /// <summary>The latest of the entries that cover the question decides; a tie means Stop, then the higher event id.</summary>
    /// <returns>Null when no entry covers it: nobody objected.</returns>
    public static StateEntry? Deciding(IEnumerable<StateEntry> state, Cell cell) => state
        .Where(entry => Covers(entry.Scope, cell))
        .Aggregate((StateEntry?)null, (best, entry) => best is null || Beats(entry, best) ? entry : best);

    public static bool IsStopped(IEnumerable<StateEntry> state, Cell cell) => Deciding(state, cell) is { Decision: "Stop" };

    public static bool Beats(StateEntry entry, StateEntry other)
    {
        if (entry.At != other.At)
            return entry.At > other.At;
        if (entry.Decision != other.Decision)
            return entry.Decision == "Stop";
        return Guid.Parse(entry.EventId).CompareTo(Guid.Parse(other.EventId)) > 0;
    }

    /// <param name="stops"><c>-</c> nothing, <c>*</c> everything, <c>a,b</c> those, <c>*!a,b</c> all but those.</param>
    public static bool Holds(string stops, string topic) => stops switch
    {
        "-" => false,
        "*" => true,
        ['*', '!', .. var allowed] => topic.Length == 0 || !allowed.Split(',').Contains(topic, StringComparer.Ordinal),
        _ => topic.Length > 0 && stops.Split(',').Contains(topic, StringComparer.Ordinal),
    };

    // A question about marketing in general is covered by entries without a topic alone.
    private static bool Covers(string scope, Cell cell) => scope.Split(',') is [var channel, var topic]
        && (channel == "*" || channel == cell.Channel)
        && (topic == "*" || (cell.Topic.Length > 0 && topic == cell.Topic));
}
