using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.ContactPoints;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// One reason in the table <c>externalsuppressions</c>: partition <c>{kind}~{first 3 hex of the hash}</c> as in <c>identifiers</c>, row key
/// <c>{rest of the hash}~{by}</c>, so that one range read finds every reason for a contact point.
/// </summary>
/// <param name="SetAt">When it was written, by our clock.</param>
/// <param name="Run">The reconciliation run that brought it; null for a webhook.</param>
internal sealed record ExternalSuppressionRow(
    IdentifierKind Kind, IdentifierHash Hash, string By, IReadOnlyList<Channel> Channels, DateTimeOffset Since, DateTimeOffset SetAt, Guid? Run, string Ciphertext)
{
    public static (string Partition, string Row) Key(IdentifierKind kind, IdentifierHash hash, string by)
    {
        var (partition, row) = IdentifierRow.Key(kind, hash);
        return (partition, $"{row}~{by}");
    }

    /// <summary>Where an encrypted identifier belongs.</summary>
    public static string Context(IdentifierHash hash, string by) => $"suppression~{hash}~{by}";

    public TableEntity ToEntity()
    {
        var (partition, row) = Key(Kind, Hash, By);
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
        var (kind, hash, by) = Parse(entity.PartitionKey, entity.RowKey);
        return new ExternalSuppressionRow(
            kind,
            hash,
            by,
            [.. entity.GetString("Channels").Split(',').Select(n => Consent.Channels.TryParse(n, out var c) ? c : throw new FormatException("A external suppression's channels are names of channels."))],
            entity.GetDateTimeOffset("Since")!.Value,
            entity.GetDateTimeOffset("SetAt")!.Value,
            entity.GetGuid("Run"),
            entity.GetString("Ciphertext"));
    }

    public static (IdentifierKind Kind, IdentifierHash Hash, string By) Parse(string partition, string row)
    {
        var tilde = row.IndexOf('~', StringComparison.Ordinal);
        var (kind, hash) = IdentifierRow.Parse(partition, row[..tilde]);
        return (kind, hash, row[(tilde + 1)..]);
    }
}
