using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>
/// A row of the table <c>identifiers</c>: what an identifier may receive, which is what all of its owners allow. Partition key
/// <c>{kind}~{first 3 hex digits of the hash}</c>, row key the rest of the hash. Beside it, each owner has a row <c>{rest}~{subject}</c>
/// with what that person wants. Both are written in one transaction. They are a projection of <c>consent</c>, and never the only record of
/// anything.
/// </summary>
/// <param name="Ciphertext">The encrypted identifier, to push to vendors.</param>
/// <param name="Version">Counts the writes, so that of two answers one can tell which is later.</param>
internal sealed record IdentifierRow(
    IdentifierKind Kind, IdentifierHash Hash, ContactAnswers Answers, string Ciphertext, long Version, ETag Tag)
{
    private const int PartitionDigits = 3;

    // Sorts after every hexadecimal digit, so the owners follow their identifier.
    private const char OwnerMark = '~';

    public static (string Partition, string Row) Key(IdentifierKind kind, IdentifierHash hash)
    {
        var hex = hash.ToString();
        return (Partition(kind, hex[..PartitionDigits]), hex[PartitionDigits..]);
    }

    /// <summary>All partitions of a kind, in the order of the hash.</summary>
    public static IEnumerable<string> Partitions(IdentifierKind kind) =>
        Enumerable.Range(0, 1 << (4 * PartitionDigits))
            .Select(i => Partition(kind, i.ToString("x3", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>The encryption context, which ties an encrypted identifier to its row.</summary>
    public static string Context(IdentifierHash hash) => $"identifier~{hash}";

    public TableEntity ToEntity()
    {
        var (partition, row) = Key(Kind, Hash);
        var entity = new TableEntity(partition, row) { ["Ciphertext"] = Ciphertext, ["Version"] = Version };
        Answers.Write(entity);
        return entity;
    }

    /// <summary>The row of an owner.</summary>
    public static TableEntity ToEntity(IdentifierKind kind, IdentifierHash hash, SubjectKey owner, ContactAnswers wants)
    {
        var (partition, row) = Key(kind, hash);
        var entity = new TableEntity(partition, row + OwnerMark + owner);
        wants.Write(entity);
        return entity;
    }

    /// <returns>Whose row it is; null for the identifier's own row.</returns>
    public static SubjectKey? OwnerOf(TableEntity entity) =>
        entity.RowKey.IndexOf(OwnerMark, StringComparison.Ordinal) is > 0 and var mark ? SubjectKey.Parse(entity.RowKey[(mark + 1)..]) : null;

    /// <summary>A filter for the row and those of its owners, which follow it.</summary>
    public static string Filter(IdentifierKind kind, IdentifierHash hash)
    {
        var (partition, row) = Key(kind, hash);
        return TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {row} and RowKey lt {row + OwnerMark + OwnerMark}");
    }

    public static IdentifierRow From(TableEntity entity)
    {
        var (kind, hash) = Parse(entity.PartitionKey, entity.RowKey);
        return new IdentifierRow(
            kind, hash, ContactAnswers.Read(entity), entity.GetString("Ciphertext"), entity.GetInt64("Version")!.Value, entity.ETag);
    }

    /// <summary>The reverse of <see cref="Key"/>.</summary>
    public static (IdentifierKind Kind, IdentifierHash Hash) Parse(string partition, string row)
    {
        var tilde = partition.IndexOf('~', StringComparison.Ordinal);
        return (KindOf(partition[..tilde]), IdentifierHash.Parse(partition[(tilde + 1)..] + row));
    }

    public static string Name(IdentifierKind kind) => kind switch
    {
        IdentifierKind.Email => "email",
        IdentifierKind.Phone => "phone",
        _ => "postal",
    };

    private static IdentifierKind KindOf(string name) => name switch
    {
        "email" => IdentifierKind.Email,
        "phone" => IdentifierKind.Phone,
        _ => IdentifierKind.Postal,
    };

    private static string Partition(IdentifierKind kind, string prefix) => $"{Name(kind)}~{prefix}";
}
