using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OptOut.Fuzz.Product;

/// <summary>
/// Tables in memory, as far as the product uses them, without ETags: one input is one request, so nothing races. After an input they are
/// as they were before.
/// </summary>
internal sealed partial class MemoryTables
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, JsonObject> _rows =
        ImmutableSortedDictionary.Create<string, JsonObject>(StringComparer.Ordinal);

    private ImmutableSortedDictionary<string, JsonObject>? _baseline;

    /// <summary>Makes what is stored now the state before every input.</summary>
    public void Keep() => _baseline = _rows;

    public void Reset()
    {
        lock (_gate)
            _rows = _baseline ?? _rows;
    }

    public JsonObject? Find(string table, string partition, string row)
    {
        lock (_gate)
            return _rows.GetValueOrDefault(Key(table, partition, row));
    }

    /// <returns>False if it is already there and <paramref name="insert"/> is set.</returns>
    public bool Put(string table, string partition, string row, JsonObject values, bool insert, bool merge)
    {
        lock (_gate)
        {
            var key = Key(table, partition, row);
            if (_rows.TryGetValue(key, out var known) && insert)
                return false;
            var stored = merge && known is not null ? (JsonObject)known.DeepClone() : [];
            foreach (var (name, value) in values)
                stored[name] = value?.DeepClone();
            (stored["PartitionKey"], stored["RowKey"]) = (partition, row);
            stored["Timestamp"] ??= "2026-01-01T00:00:00Z";
            stored["odata.etag"] = MemoryStorage.Tag;
            _rows = _rows.SetItem(key, stored);
            return true;
        }
    }

    public void Remove(string table, string partition, string row)
    {
        lock (_gate)
            _rows = _rows.Remove(Key(table, partition, row));
    }

    /// <summary>A filter is a conjunction of comparisons of the two keys; other conditions are ignored.</summary>
    public JsonArray Query(string table, string filter)
    {
        ImmutableSortedDictionary<string, JsonObject> rows;
        lock (_gate)
            rows = _rows;
        var conditions = Condition().Matches(filter);
        return
        [
            .. rows.Where(r => r.Key.StartsWith(table + "\0", StringComparison.Ordinal))
                .Select(r => r.Value)
                .Where(row => conditions.All(c => Holds(
                    string.CompareOrdinal(row[c.Groups["key"].Value]!.GetValue<string>(),
                        c.Groups["value"].Value.Replace("''", "'", StringComparison.Ordinal)),
                    c.Groups["operator"].Value)))
                .Select(row => row.DeepClone()),
        ];
    }

    private static bool Holds(int order, string operation) => operation switch
    {
        "eq" => order == 0,
        "ne" => order != 0,
        "ge" => order >= 0,
        "gt" => order > 0,
        "le" => order <= 0,
        _ => order < 0,
    };

    private static string Key(string table, string partition, string row) =>
        string.Create(CultureInfo.InvariantCulture, $"{table}\0{partition}\0{row}");

    [GeneratedRegex("(?<key>PartitionKey|RowKey) (?<operator>[a-z]{2}) '(?<value>(?:[^']|'')*)'", RegexOptions.NonBacktracking)]
    private static partial Regex Condition();
}
