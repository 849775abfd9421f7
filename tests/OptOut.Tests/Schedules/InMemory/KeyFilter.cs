namespace OptOut.Tests.Schedules.InMemory;

/// <summary>
/// An OData filter that compares PartitionKey and RowKey with strings, joined by <c>and</c>: what the explored code asks.
/// </summary>
internal static class KeyFilter
{
    public static Func<string, string, bool> Parse(string? filter)
    {
        if (filter is null)
            return (_, _) => true;
        var tests = Split(filter).Select(Comparison).ToArray();
        return (partition, key) => Array.TrueForAll(tests, t => t(partition, key));
    }

    // No key of the product contains a quote, a parenthesis or " and ".
    private static IEnumerable<string> Split(string filter) =>
        filter.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal).Split(" and ");

    private static Func<string, string, bool> Comparison(string text)
    {
        if (text.Split(' ') is not [var name and ("PartitionKey" or "RowKey"), var op, ['\'', .. var value, '\'']]
            || value.Contains('\'', StringComparison.Ordinal))
        {
            throw new NotSupportedException($"The filter '{text}' is not understood.");
        }

        Func<int, bool> holds = op switch
        {
            "eq" => c => c == 0,
            "ge" => c => c >= 0,
            "gt" => c => c > 0,
            "le" => c => c <= 0,
            "lt" => c => c < 0,
            _ => throw new NotSupportedException($"The filter '{text}' is not understood."),
        };
        return (partition, key) => holds(string.CompareOrdinal(name == "RowKey" ? key : partition, value));
    }
}
