using System.Globalization;
using Azure;
using Azure.Data.Tables;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>
/// Random operations on a few rows of a table, and a line on each answer. A tag is written as the number of the write it came from.
/// </summary>
internal sealed class TableScript(TableClient table, SeededNumbers numbers)
{
    private static readonly string[] Partitions = ["p", "q"], Keys = ["event~1", "event~2", "subject~1"];

    private readonly List<ETag> _tags = [];
    private readonly List<string> _log = [];

    private string Partition => Partitions[numbers.Below(Partitions.Length)];

    private string Key => Keys[numbers.Below(Keys.Length)];

    public async Task<IReadOnlyList<string>> RunAsync(int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            try
            {
                _log.Add($"{i} {await StepAsync()}");
            }
            catch (TableTransactionFailedException e)
            {
                _log.Add($"{i} {e.Status} {e.ErrorCode} at {e.FailedTransactionActionIndex}");
            }
            catch (RequestFailedException e)
            {
                _log.Add($"{i} {e.Status} {e.ErrorCode}");
            }
        }

        return _log;
    }

    private async Task<string> StepAsync()
    {
        switch (numbers.Below(10))
        {
            case 0:
                return Text((await table.GetEntityAsync<TableEntity>(Partition, Key)).Value);
            case 1:
                var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, Key, numbers.OneIn(2) ? ["RowKey", "Number"] : null);
                return found.HasValue ? Text(found.Value!) : "none";
            case 2:
                var (partition, from, to) = (Partition, Key, "event~~");
                return await AllAsync(table.QueryAsync<TableEntity>(
                    TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey lt {to}")));
            case 3:
                return await AllAsync(table.QueryAsync<TableEntity>(select: ["RowKey", "Text"]));
            case 4:
                return Written(await table.AddEntityAsync(Row(Partition)));
            case 5:
                return Written(await table.UpsertEntityAsync(Row(Partition), Mode()));
            case 6 or 7:
                return Written(await table.UpdateEntityAsync(Row(Partition), Tag(), Mode()));
            case 8:
                return Written(await table.DeleteEntityAsync(Partition, Key, Tag()));
            default:
                var rows = Partition;
                var actions = Enumerable.Range(0, 1 + numbers.Below(3)).Select(_ => Action(rows)).ToList();
                var answers = await table.SubmitTransactionAsync(actions);
                return string.Join(", ", answers.Value.Select(Written));
        }
    }

    private TableTransactionAction Action(string partition) => numbers.Below(4) switch
    {
        0 => new TableTransactionAction(TableTransactionActionType.Add, Row(partition)),
        1 => new TableTransactionAction(TableTransactionActionType.UpsertMerge, Row(partition)),
        2 => new TableTransactionAction(TableTransactionActionType.UpdateReplace, Row(partition), Tag()),
        _ => new TableTransactionAction(TableTransactionActionType.Delete, Row(partition), Tag()),
    };

    private TableEntity Row(string partition)
    {
        var row = new TableEntity(partition, Key);
        if (numbers.OneIn(2))
            row["Number"] = numbers.Below(9);
        if (numbers.OneIn(2))
            row["Text"] = numbers.OneIn(3) ? null : "it's \"é\"\n{}";
        if (numbers.OneIn(2))
            row["Long"] = (long)numbers.Below(9) << 40;
        if (numbers.OneIn(3))
            row["Id"] = numbers.NextGuid();
        if (numbers.OneIn(3))
            row["At"] = DateTimeOffset.UnixEpoch.AddTicks(numbers.Below(int.MaxValue));
        if (numbers.OneIn(3))
            row["Yes"] = numbers.OneIn(2);
        return row;
    }

    // The latest tag of any row, an older one, or any version.
    private ETag Tag() => _tags.Count == 0 || numbers.OneIn(4) ? ETag.All : _tags[Math.Max(0, _tags.Count - 1 - numbers.Below(3))];

    private TableUpdateMode Mode() => numbers.OneIn(2) ? TableUpdateMode.Merge : TableUpdateMode.Replace;

    private string Written(Response response)
    {
        if (response.Headers.ETag is not { } tag)
            return $"{response.Status}";
        _tags.Add(tag);
        return $"{response.Status} tag {_tags.Count}";
    }

    private async Task<string> AllAsync(AsyncPageable<TableEntity> rows)
    {
        var texts = new List<string>();
        await foreach (var row in rows)
            texts.Add(Text(row));
        return string.Join(" | ", texts);
    }

    private string Text(TableEntity row) => string.Join(' ', row
        .Where(p => p.Key is not ("odata.etag" or "Timestamp"))
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}:{p.Value?.GetType().Name}"))
        .Append(_tags.LastIndexOf(row.ETag) is >= 0 and var i ? $"tag {i + 1}" : "unknown tag"));
}
