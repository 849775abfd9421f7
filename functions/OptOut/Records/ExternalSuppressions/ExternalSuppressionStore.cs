using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OptOut.Identity;
using OptOut.Records.ContactPoints;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// The table <c>externalsuppressions</c>. Its changes are not in the <c>feed</c>: the feed lists what people decided, and a register of a
/// million numbers would bury that in one night. External suppressions change overnight. A bulk reader reads both tables.
/// </summary>
internal sealed class ExternalSuppressionStore(StorageAccount storage, IdentifierProtector protector, TimeProvider time)
{
    private const int ReadsAtOnce = 16, PartitionsAtOnce = 256;

    /// <summary>
    /// Writes an external suppression, replacing an earlier one of the same <see cref="ExternalSuppression.Origin"/> for the contact point.
    /// </summary>
    public Task SetAsync(ExternalSuppression suppression, CancellationToken cancellationToken) =>
        SetAsync(suppression, run: null, cancellationToken);

    internal Task SetAsync(ExternalSuppression suppression, Guid? run, CancellationToken cancellationToken)
    {
        var hash = protector.Hash(suppression.Identifier);
        var row = new ExternalSuppressionRow(
            suppression.Identifier.Kind,
            hash,
            suppression.Origin,
            suppression.Channels,
            suppression.Since,
            time.GetUtcNow(),
            run,
            protector.Encrypt(suppression.Identifier.Value, ExternalSuppressionRow.Context(hash, suppression.Origin)));
        return storage.ExternalSuppressions.UpsertEntityAsync(row.ToEntity(), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Deletes an external suppression; those of other origins remain.</summary>
    internal async Task LiftAsync(IdentifierKind kind, IdentifierHash hash, string origin, CancellationToken cancellationToken)
    {
        var (partition, row) = ExternalSuppressionRow.Key(kind, hash, origin);
        await storage.ExternalSuppressions.DeleteEntityAsync(partition, row, cancellationToken: cancellationToken);
    }

    /// <summary>Finds every external suppression of one contact point, in one range read.</summary>
    public async Task<IReadOnlyList<ExternalSuppression>> FindAsync(Identifier identifier, CancellationToken cancellationToken)
    {
        var (partition, first) = ExternalSuppressionRow.Key(identifier.Kind, protector.Hash(identifier), "");
        var end = first + "~";
        var found = new List<ExternalSuppression>();
        await foreach (var entity in storage.ExternalSuppressions.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey lt {end}"),
            cancellationToken: cancellationToken))
        {
            var row = ExternalSuppressionRow.From(entity);
            found.Add(new ExternalSuppression(identifier, row.Origin, row.Channels, row.Since));
        }

        return found;
    }

    /// <summary>
    /// The external suppressions of consecutive partitions, in the order of the hash; see <see cref="IdentifierIndex.Partitions"/>.
    /// </summary>
    /// <param name="first">The first partition.</param>
    /// <param name="last">The last one, inclusive.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<ExternalSuppression> ScanAsync(
        string first, string last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in storage.ExternalSuppressions.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}"), cancellationToken: cancellationToken))
        {
            var row = ExternalSuppressionRow.From(entity);
            yield return new ExternalSuppression(
                new Identifier(row.Kind, protector.Decrypt(row.Ciphertext, ExternalSuppressionRow.Context(row.Hash, row.Origin))),
                row.Origin,
                row.Channels,
                row.Since);
        }
    }

    /// <summary>The contact points that one origin suppresses now, as hashes: about 60 bytes each in memory.</summary>
    internal async Task<IReadOnlyDictionary<IdentifierHash, KnownSuppression>> KnownAsync(
        IdentifierKind kind, string origin, CancellationToken cancellationToken)
    {
        var known = new ConcurrentDictionary<IdentifierHash, KnownSuppression>();
        await Parallel.ForEachAsync(
            IdentifierIndex.Partitions(kind).Chunk(PartitionsAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
            async (some, token) =>
            {
                var (first, last) = (some[0], some[^1]);
                await foreach (var entity in storage.ExternalSuppressions.QueryAsync<TableEntity>(
                    TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}"),
                    select: ["PartitionKey", "RowKey", "SetAt", "Run"],
                    cancellationToken: token))
                {
                    if (ExternalSuppressionRow.Parse(entity.PartitionKey, entity.RowKey) is var (_, hash, rowOrigin) && rowOrigin == origin)
                        known[hash] = new KnownSuppression(entity.GetDateTimeOffset("SetAt")!.Value, entity.GetGuid("Run"));
                }
            });
        return known;
    }
}

/// <param name="SetAt">When it was written, by our clock.</param>
/// <param name="Run">The reconciliation run that wrote it; null for a webhook.</param>
internal readonly record struct KnownSuppression(DateTimeOffset SetAt, Guid? Run);
