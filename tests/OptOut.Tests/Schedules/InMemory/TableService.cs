using System.Globalization;
using System.Text.Json;

namespace OptOut.Tests.Schedules.InMemory;

/// <param name="Table">The table.</param>
/// <param name="Partition">The partition key; null for a query.</param>
/// <param name="Key">The row key; null for a query.</param>
/// <param name="Match">The condition of an update or delete: a tag, or <c>*</c>; null for an upsert.</param>
/// <param name="Body">The row of a write.</param>
/// <param name="Query">The options of a read.</param>
internal sealed record TableRequest(
    string Verb,
    string Table,
    string? Partition,
    string? Key,
    string? Match,
    JsonElement? Body,
    IReadOnlyDictionary<string, string> Query);

/// <param name="Body">JSON, or nothing.</param>
internal sealed record TableAnswer(int Status, string Body = "", string? Tag = null, string? Code = null);

/// <summary>
/// Azure Table Storage in memory, as far as the explored code uses it: point reads, queries by key, insert, merge, replace, upsert and
/// delete under a tag, entity group transactions. Compared with Azurite by <c>MemoryTableTests</c>.
/// </summary>
internal sealed class TableService(TimeProvider time)
{
    private readonly Dictionary<string, SortedDictionary<(string Partition, string Key), TableRow>> _tables = new(StringComparer.Ordinal);
    private long _version;

    private static readonly Comparer<(string Partition, string Key)> ByKey = Comparer<(string Partition, string Key)>.Create(
        (a, b) => string.CompareOrdinal(a.Partition, b.Partition) is var c and not 0 ? c : string.CompareOrdinal(a.Key, b.Key));

    public bool IsEmpty(string table) => Table(table).Count == 0;

    public TableAnswer Execute(TableRequest request) => request switch
    {
        { Verb: "GET", Key: not null } => Get(request),
        { Verb: "GET" } => Find(request),
        _ => Write(Table(request.Table), request),
    };

    /// <returns>An answer for each action; or only the failed one, with its number, and nothing was written.</returns>
    public (IReadOnlyList<TableAnswer> Answers, int? Failed) ExecuteAll(IReadOnlyList<TableRequest> requests)
    {
        var table = Table(requests[0].Table);
        var before = table.ToArray();
        var answers = new List<TableAnswer>(requests.Count);
        foreach (var (i, request) in requests.Index())
        {
            var twice = requests.Take(i).Any(r => KeyOf(r) == KeyOf(request));
            answers.Add(twice ? Error(400, "InvalidDuplicateRow", "The batch request contains multiple changes with same row key.")
                : Write(table, request));
            if (answers[^1].Status < 400)
                continue;
            table.Clear();
            foreach (var (key, row) in before)
                table.Add(key, row);
            return ([answers[^1]], i);
        }

        return (answers, null);
    }

    private static (string, string) KeyOf(TableRequest request) => request.Key is { } key
        ? (request.Partition!, key)
        : (request.Body!.Value.GetProperty("PartitionKey").GetString()!, request.Body!.Value.GetProperty("RowKey").GetString()!);

    private TableAnswer Get(TableRequest request) =>
        Table(request.Table).TryGetValue((request.Partition!, request.Key!), out var row)
            ? new TableAnswer(200, row.ToJson(Select(request)), row.Tag)
            : NotFound();

    private TableAnswer Find(TableRequest request)
    {
        var matches = KeyFilter.Parse(request.Query.GetValueOrDefault("$filter"));
        var rows = Table(request.Table).Values.Where(r => matches(r.Partition, r.Key)).Select(r => r.ToJson(Select(request)));
        return new TableAnswer(200, $"{{\"value\":[{string.Join(',', rows)}]}}");
    }

    private TableAnswer Write(SortedDictionary<(string Partition, string Key), TableRow> table, TableRequest request)
    {
        var key = KeyOf(request);
        var known = table.GetValueOrDefault(key);
        if (request.Verb == "POST" && known is not null)
            return Error(409, "EntityAlreadyExists", "The specified entity already exists.");
        if (request.Match is not null && known is null)
            return NotFound();
        if (request.Match is { } match and not "*" && match != known!.Tag)
            return Error(412, "UpdateConditionNotSatisfied", "The update condition specified in the request was not satisfied.");
        if (request.Verb == "DELETE")
        {
            if (!table.Remove(key))
                return NotFound();
            return new TableAnswer(204);
        }

        var values = TableRow.Read(request.Body!.Value);
        if (request.Verb == "PATCH" && known is not null)
        {
            var kept = known.Values.Where(v => !values.ContainsKey(v.Key.Split('@')[0])).ToArray();
            foreach (var (name, value) in kept)
                values[name] = value;
        }

        var tag = string.Create(CultureInfo.InvariantCulture, $"W/\"datetime'{++_version}'\"");
        table[key] = new TableRow(key.Item1, key.Item2, values, tag, time.GetUtcNow());
        return new TableAnswer(204, Tag: tag);
    }

    private static IReadOnlyCollection<string>? Select(TableRequest request) => request.Query.GetValueOrDefault("$select")?.Split(',');

    private SortedDictionary<(string Partition, string Key), TableRow> Table(string name)
    {
        if (!_tables.TryGetValue(name, out var table))
            _tables[name] = table = new(ByKey);
        return table;
    }

    private static TableAnswer NotFound() => Error(404, "ResourceNotFound", "The specified resource does not exist.");

    public static TableAnswer Error(int status, string code, string message) => new(
        status,
        $"{{\"odata.error\":{{\"code\":\"{code}\",\"message\":{{\"lang\":\"en-US\",\"value\":\"{message}\"}}}}}}",
        Code: code);
}
