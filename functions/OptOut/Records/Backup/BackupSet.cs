using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>Rows that are backed up together: a table, or the part of it that a filter selects.</summary>
/// <param name="Name">The folder in the backup.</param>
/// <param name="Filter">Null for the whole table.</param>
internal sealed record BackupSet(string Name, TableClient Table, string? Filter = null)
{
    public const string Consent = "consent";

    /// <summary>
    /// Everything that cannot be rebuilt from something else, in the order in which it is read. That order matters; the README of this
    /// folder says why.
    /// </summary>
    public static IReadOnlyList<BackupSet> All(StorageAccount storage) =>
    [
        new("outbox", storage.Outbox),
        new("first-receipts", storage.References, FirstReceipts.Filter),
        new(Consent, storage.Consent),
        new("references", storage.References, FirstReceipts.OthersFilter),
        new("codes", storage.Codes),
        new("externalsuppressions", storage.ExternalSuppressions),
    ];
}
