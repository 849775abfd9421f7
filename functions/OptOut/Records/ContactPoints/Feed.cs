using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>A change of what an identifier may receive.</summary>
internal sealed record FeedEntry(DateTimeOffset At, IdentifierKind Kind, IdentifierHash Hash, IReadOnlyDictionary<Channel, StopSet> Stops);

/// <summary>
/// Every change of what an identifier may receive, in order, in the table <c>feed</c>, with a partition for every five minutes. An entry
/// states the current permission, not what to do, so writing one twice does no harm.
/// </summary>
internal sealed class Feed(StorageAccount storage, TimeProvider time)
{
    private static readonly TimeSpan Bucket = TimeSpan.FromMinutes(5);

    internal async Task AppendAsync(IdentifierRow row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entity = new TableEntity(Partition(now), $"{now.UtcTicks:D19}~{IdentifierRow.Name(row.Kind)}~{row.Hash}")
        {
            ["Kind"] = row.Kind.ToString(),
            ["Hash"] = row.Hash.ToString(),
        };
        foreach (var (channel, stops) in row.Answers.Stops)
            entity["Stops_" + channel.Name()] = stops.ToString();
        await storage.Feed.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The entries from a given time until now, oldest first.</summary>
    /// <param name="from">Inclusive. Writers' clocks differ and writes take time, so start one minute before the latest
    /// entry that you have.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<FeedEntry> SinceAsync(DateTimeOffset from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = time.GetUtcNow();
        var floor = $"{from.UtcTicks:D19}";
        for (var bucket = Floor(from); bucket <= end; bucket += Bucket)
        {
            await foreach (var row in storage.Feed.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {Partition(bucket)} and RowKey ge {floor}"),
                cancellationToken: cancellationToken))
            {
                yield return new FeedEntry(
                    new DateTimeOffset(long.Parse(row.RowKey.AsSpan(0, 19), CultureInfo.InvariantCulture), TimeSpan.Zero),
                    Enum.Parse<IdentifierKind>(row.GetString("Kind")),
                    IdentifierHash.Parse(row.GetString("Hash")),
                    Channels.All
                        .Where(c => row.ContainsKey("Stops_" + c.Name()))
                        .ToDictionary(c => c, c => StopSet.Parse(row.GetString("Stops_" + c.Name()))));
            }
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks - (moment.UtcTicks % Bucket.Ticks), TimeSpan.Zero);

    private static string Partition(DateTimeOffset moment) => Floor(moment).ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
}
