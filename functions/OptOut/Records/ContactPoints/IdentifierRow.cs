using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>
/// What an identifier may receive, in one row of the table <c>identifiers</c>: partition <c>{kind}~{first 3 hex of the hash}</c>, row key
/// the rest of it. A projection of <c>consent</c>: never the only place where anything is known.
/// </summary>
/// <param name="Subjects">Whose identifier it is. Several people may share an address; it receives what all of them allow.</param>
/// <param name="Stops">By channel of the identifier's kind.</param>
/// <param name="At">When the latest decision was made that it rests on; null while there is none.</param>
/// <param name="Ciphertext">The identifier, for the vendors that must be told.</param>
internal sealed record IdentifierRow(
    IdentifierKind Kind,
    IdentifierHash Hash,
    IReadOnlyList<SubjectKey> Subjects,
    IReadOnlyDictionary<Channel, StopSet> Stops,
    DateTimeOffset? At,
    string Ciphertext,
    ETag Tag)
{
    private const int PartitionDigits = 3;

    public static (string Partition, string Row) Key(IdentifierKind kind, IdentifierHash hash)
    {
        var hex = hash.ToString();
        return (Partition(kind, hex[..PartitionDigits]), hex[PartitionDigits..]);
    }

    /// <summary>All partitions of a kind, in the order of the hash.</summary>
    public static IEnumerable<string> Partitions(IdentifierKind kind) =>
        Enumerable.Range(0, 1 << (4 * PartitionDigits)).Select(i => Partition(kind, i.ToString("x3", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Where an encrypted identifier belongs.</summary>
    public static string Context(IdentifierHash hash) => $"identifier~{hash}";

    public TableEntity ToEntity()
    {
        var (partition, row) = Key(Kind, Hash);
        var entity = new TableEntity(partition, row)
        {
            ["Subjects"] = string.Join(',', Subjects),
            ["At"] = At,
            ["Ciphertext"] = Ciphertext,
        };
        foreach (var (channel, stops) in Stops)
            entity[Column(channel)] = stops.ToString();
        return entity;
    }

    public static IdentifierRow From(TableEntity entity)
    {
        var (kind, hash) = Parse(entity.PartitionKey, entity.RowKey);
        return new IdentifierRow(
            kind,
            hash,
            [.. entity.GetString("Subjects").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(SubjectKey.Parse)],
            Channels.All.Where(c => entity.ContainsKey(Column(c))).ToDictionary(c => c, c => StopSet.Parse(entity.GetString(Column(c)))),
            entity.GetDateTimeOffset("At"),
            entity.GetString("Ciphertext"),
            entity.ETag);
    }

    /// <summary>The way back from <see cref="Key"/>.</summary>
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

    private static string Column(Channel channel) => "Stops_" + channel.Name();
}
