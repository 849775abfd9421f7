using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>A partition of the table <c>consent</c>: all rows of one subject.</summary>
internal static class SubjectPartitions
{
    /// <summary>Rows that follow one another in the same partition, together.</summary>
    public static async IAsyncEnumerable<List<TableEntity>> ByPartitionAsync(
        this IAsyncEnumerable<TableEntity> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<TableEntity> partition = [];
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (partition is [var first, ..] && first.PartitionKey != row.PartitionKey)
            {
                yield return partition;
                partition = [];
            }

            partition.Add(row);
        }

        if (partition.Count > 0)
            yield return partition;
    }

    /// <summary>The subject's own row; null if it has none yet.</summary>
    public static TableEntity? SubjectOf(IReadOnlyList<TableEntity> partition) =>
        partition.FirstOrDefault(r => r.RowKey.StartsWith("subject~", StringComparison.Ordinal));

    /// <summary>The entries of the ledger, in their order.</summary>
    public static IEnumerable<TableEntity> EntriesOf(IEnumerable<TableEntity> partition) =>
        partition.Where(r => r.RowKey.StartsWith("event~", StringComparison.Ordinal));

    /// <summary>
    /// Whether the rows are from one moment: the ledger ends where the state says, and each entry has its row <c>seen~</c>. Rows that came
    /// in two pages may be from before and after a change.
    /// </summary>
    public static bool IsWhole(IReadOnlyList<TableEntity> partition)
    {
        var (subject, entries) = (SubjectOf(partition), EntriesOf(partition).ToArray());
        var head = Value(subject, "Sequence") is long sequence ? sequence : 0;
        return entries.Length == head
            && partition.Count(r => r.RowKey.StartsWith("seen~", StringComparison.Ordinal)) == head
            && (head == 0 || Equals(Value(entries[^1], "Hash"), Value(subject, "Hash")));
    }

    // A row that somebody altered is backed up as it is.
    private static object? Value(TableEntity? row, string name) => row is not null && row.TryGetValue(name, out var value) ? value : null;
}
