namespace OptOut.Judge;

/// <summary>What decides a question.</summary>
internal sealed record Deciding(bool IsStop, string Scope, long Number, string ChangeId)
{
    public override string ToString() => IsStop
        ? $"Stop {Scope}, number {Number}, change {ChangeId}"
        : $"Allow {Scope}, which had seen {Number}, change {ChangeId}";
}

/// <summary>What is stopped according to a state or to a written set of stops. It follows the documents, not the product's code.</summary>
internal static class Answering
{
    /// <summary>Stopped when the last Stop that covers the question is later than what any Allow that covers it had seen.</summary>
    /// <returns>Null when no entry covers it: nobody objected.</returns>
    public static Deciding? Deciding(IEnumerable<StateEntry> state, Cell cell)
    {
        var covering = state.Where(entry => Covers(entry.Scope, cell)).ToList();
        var stop = covering.Where(e => e.StopId.Length > 0).MaxBy(e => e.Stop);
        var allow = covering.Where(e => e.AllowId.Length > 0).MaxBy(e => e.Seen);
        if (stop is not null && stop.Stop > (allow?.Seen ?? 0))
            return new Deciding(true, stop.Scope, stop.Stop, stop.StopId);
        return allow is null ? null : new Deciding(false, allow.Scope, allow.Seen, allow.AllowId);
    }

    public static bool IsStopped(IEnumerable<StateEntry> state, Cell cell) => Deciding(state, cell) is { IsStop: true };

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
