using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using OptOut.Identity;
using OptOut.Records.ContactPoints;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// The table <c>denials</c>. What stands in it is not in the <c>feed</c>: the feed tells what people decided, a register of a million numbers would
/// bury that in one night, and denials change by night. Whoever answers in bulk reads both tables.
/// </summary>
internal sealed class DenialStore(StorageAccount storage, IdentifierProtector protector, TimeProvider time)
{
    private const int ReadsAtOnce = 16, PartitionsAtOnce = 256;

    /// <summary>Writes a denial, over what its <see cref="Denial.By"/> said of the contact point before.</summary>
    public Task SetAsync(Denial denial, CancellationToken cancellationToken) => SetAsync(denial, run: null, cancellationToken);

    internal Task SetAsync(Denial denial, Guid? run, CancellationToken cancellationToken)
    {
        var hash = protector.Hash(denial.Identifier);
        var row = new DenialRow(
            denial.Identifier.Kind, hash, denial.By, denial.Channels, denial.Since, time.GetUtcNow(), run, protector.Encrypt(denial.Identifier.Value, DenialRow.Context(hash, denial.By)));
        return storage.Denials.UpsertEntityAsync(row.ToEntity(), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Takes a denial away; what others say of the contact point stays.</summary>
    internal async Task LiftAsync(IdentifierKind kind, IdentifierHash hash, string by, CancellationToken cancellationToken)
    {
        var (partition, row) = DenialRow.Key(kind, hash, by);
        await storage.Denials.DeleteEntityAsync(partition, row, cancellationToken: cancellationToken);
    }

    /// <summary>Every denial of one contact point, in one range read.</summary>
    public async Task<IReadOnlyList<Denial>> FindAsync(Identifier identifier, CancellationToken cancellationToken)
    {
        var (partition, first) = DenialRow.Key(identifier.Kind, protector.Hash(identifier), "");
        var end = first + "~";
        var found = new List<Denial>();
        await foreach (var entity in storage.Denials.QueryAsync<TableEntity>(r => r.PartitionKey == partition && r.RowKey.CompareTo(first) >= 0 && r.RowKey.CompareTo(end) < 0, cancellationToken: cancellationToken))
        {
            var row = DenialRow.From(entity);
            found.Add(new Denial(identifier, row.By, row.Channels, row.Since));
        }

        return found;
    }

    /// <summary>The denials of partitions that follow one another, in the order of the hash; see <see cref="IdentifierIndex.Partitions"/>.</summary>
    /// <param name="first">The first partition.</param>
    /// <param name="last">The last one, inclusive.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<Denial> ScanAsync(string first, string last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in storage.Denials.QueryAsync<TableEntity>(r => r.PartitionKey.CompareTo(first) >= 0 && r.PartitionKey.CompareTo(last) <= 0, cancellationToken: cancellationToken))
        {
            var row = DenialRow.From(entity);
            yield return new Denial(new Identifier(row.Kind, protector.Decrypt(row.Ciphertext, DenialRow.Context(row.Hash, row.By))), row.By, row.Channels, row.Since);
        }
    }

    /// <summary>Whom one party denies now, as hashes: about 60 bytes each in memory.</summary>
    internal async Task<IReadOnlyDictionary<IdentifierHash, KnownDenial>> KnownAsync(IdentifierKind kind, string by, CancellationToken cancellationToken)
    {
        var known = new ConcurrentDictionary<IdentifierHash, KnownDenial>();
        await Parallel.ForEachAsync(
            IdentifierIndex.Partitions(kind).Chunk(PartitionsAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken },
            async (some, token) =>
            {
                var (first, last) = (some[0], some[^1]);
                await foreach (var entity in storage.Denials.QueryAsync<TableEntity>(
                    r => r.PartitionKey.CompareTo(first) >= 0 && r.PartitionKey.CompareTo(last) <= 0, select: ["PartitionKey", "RowKey", "SetAt", "Run"], cancellationToken: token))
                {
                    if (DenialRow.Parse(entity.PartitionKey, entity.RowKey) is var (_, hash, who) && who == by)
                        known[hash] = new KnownDenial(entity.GetDateTimeOffset("SetAt")!.Value, entity.GetGuid("Run"));
                }
            });
        return known;
    }
}

/// <param name="SetAt">When it was written, by our clock.</param>
/// <param name="Run">The reconciliation run that brought it; null for a webhook.</param>
internal readonly record struct KnownDenial(DateTimeOffset SetAt, Guid? Run);
