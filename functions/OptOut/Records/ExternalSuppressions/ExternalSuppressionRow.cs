using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.ContactPoints;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// An external suppression in the table <c>externalsuppressions</c>: partition key <c>{kind}~{first 3 hex digits of the hash}</c> as in
/// <c>identifiers</c>, row key <c>{rest of the hash}~{origin}</c>, so that one range read finds every suppression of a contact point.
/// </summary>
/// <param name="SetAt">When it was written, by our clock.</param>
/// <param name="Run">The reconciliation run that wrote it; null for a webhook.</param>
internal sealed record ExternalSuppressionRow(
    IdentifierKind Kind,
    IdentifierHash Hash,
    string Origin,
    IReadOnlyList<Channel> Channels,
    DateTimeOffset Since,
    DateTimeOffset SetAt,
    Guid? Run,
    string Ciphertext)
{
    public static (string Partition, string Row) Key(IdentifierKind kind, IdentifierHash hash, string origin)
    {
        var (partition, row) = IdentifierRow.Key(kind, hash);
        return (partition, $"{row}~{origin}");
    }

    /// <summary>The encryption context, which ties an encrypted identifier to its row.</summary>
    public static string Context(IdentifierHash hash, string origin) => $"suppression~{hash}~{origin}";

    public TableEntity ToEntity()
    {
        var (partition, row) = Key(Kind, Hash, Origin);
        var entity = new TableEntity(partition, row)
        {
            ["Channels"] = string.Join(',', Channels.Select(c => c.Name())),
            ["Since"] = Since,
            ["SetAt"] = SetAt,
            ["Ciphertext"] = Ciphertext,
        };
        if (Run is { } run)
            entity["Run"] = run;
        return entity;
    }

    public static ExternalSuppressionRow From(TableEntity entity)
    {
        var (kind, hash, origin) = Parse(entity.PartitionKey, entity.RowKey);
        return new ExternalSuppressionRow(
            kind,
            hash,
            origin,
            [.. entity.GetString("Channels").Split(',').Select(n => Consent.Channels.TryParse(n, out var c)
                ? c
                : throw new FormatException("An external suppression's Channels must be channel names."))],
            entity.GetDateTimeOffset("Since")!.Value,
            entity.GetDateTimeOffset("SetAt")!.Value,
            entity.GetGuid("Run"),
            entity.GetString("Ciphertext"));
    }

    public static (IdentifierKind Kind, IdentifierHash Hash, string Origin) Parse(string partition, string row)
    {
        var tilde = row.IndexOf('~', StringComparison.Ordinal);
        var (kind, hash) = IdentifierRow.Parse(partition, row[..tilde]);
        return (kind, hash, row[(tilde + 1)..]);
    }
}
