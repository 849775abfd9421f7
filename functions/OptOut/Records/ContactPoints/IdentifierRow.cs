using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>
/// What an identifier may receive, in one row of the table <c>identifiers</c>: partition key
/// <c>{kind}~{first 3 hex digits of the hash}</c>, row key the rest of the hash. It is a projection of <c>consent</c>, and never
/// the only record of anything.
/// </summary>
/// <param name="Subjects">The subjects that have the identifier. If people share an address, it receives only what
/// all of them allow.</param>
/// <param name="Stops">What is stopped, by channel of the identifier's kind.</param>
/// <param name="Moments">When each answer was decided, by channel of the identifier's kind.</param>
/// <param name="At">When the latest decision behind it was made; null if there is none.</param>
/// <param name="Ciphertext">The encrypted identifier, to push to vendors.</param>
internal sealed record IdentifierRow(
    IdentifierKind Kind,
    IdentifierHash Hash,
    IReadOnlyList<SubjectKey> Subjects,
    IReadOnlyDictionary<Channel, StopSet> Stops,
    IReadOnlyDictionary<Channel, DecisionMoments> Moments,
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
        Enumerable.Range(0, 1 << (4 * PartitionDigits))
            .Select(i => Partition(kind, i.ToString("x3", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>The encryption context, which ties an encrypted identifier to its row.</summary>
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
        foreach (var (channel, moments) in Moments)
            entity[MomentsColumn(channel)] = moments.ToString();
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
            Channels.All
                .Where(c => entity.ContainsKey(MomentsColumn(c)))
                .ToDictionary(c => c, c => DecisionMoments.Parse(entity.GetString(MomentsColumn(c)))),
            entity.GetDateTimeOffset("At"),
            entity.GetString("Ciphertext"),
            entity.ETag);
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

    private static string Column(Channel channel) => "Stops_" + channel.Name();

    private static string MomentsColumn(Channel channel) => "Moments_" + channel.Name();
}
