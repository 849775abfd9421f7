using System.Globalization;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>A subject that a message concerns, as it was when the message first came.</summary>
/// <param name="Version">Whose state it had, and the number of it.</param>
/// <param name="IsMeant">Whether the message certainly is about this subject.</param>
internal readonly record struct ConcernedSubject(StateVersion Version, bool IsMeant);

/// <summary>
/// What stood when a message that allows something first came: rows <c>start~</c> of the table <c>references</c>, by the vendor's id of the
/// message. However often the vendor sends it again, it allows what it allowed then, for nobody else, and undoes no later Stop.
/// </summary>
internal sealed class FirstReceipts(StorageAccount storage)
{
    /// <summary>Filters for its rows of the table, and for the rows of others.</summary>
    public const string Filter = "PartitionKey ge 'start~' and PartitionKey lt 'start~~'",
        OthersFilter = "PartitionKey lt 'start~' or PartitionKey ge 'start~~'";

    /// <returns>Null when the message is new.</returns>
    public async Task<IReadOnlyList<ConcernedSubject>?> FindAsync(string eventKey, CancellationToken cancellationToken)
    {
        var (partition, key) = Key(eventKey);
        var row = await storage.References.GetEntityIfExistsAsync<TableEntity>(partition, key, cancellationToken: cancellationToken);
        return row.HasValue ? [.. LongText.Read(row.Value!, "Subjects").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)] : null;
    }

    /// <returns>What is saved: another delivery may have been faster.</returns>
    public async Task<IReadOnlyList<ConcernedSubject>> SaveAsync(
        string eventKey, IReadOnlyList<ConcernedSubject> subjects, CancellationToken cancellationToken)
    {
        var (partition, key) = Key(eventKey);
        var row = new TableEntity(partition, key);
        LongText.Write(row, "Subjects", string.Join('\n', subjects.Select(s => $"{s.Version} {(s.IsMeant ? "meant" : "other")}")));
        try
        {
            await storage.References.AddEntityAsync(row, cancellationToken);
            return subjects;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return await FindAsync(eventKey, cancellationToken) ?? subjects;
        }
    }

    private static ConcernedSubject Read(string line) => line.Split(' ') is [var version, var meant] && StateVersion.TryParse(version, out var seen)
        ? new ConcernedSubject(seen, meant == "meant")
        : throw new FormatException("A line of a first receipt is not 'version meant' or 'version other'.");

    // A vendor's id may contain what a key may not.
    private static (string Partition, string Row) Key(string eventKey)
    {
        var id = EventIds.Derive("first-receipt", eventKey).ToString("N", CultureInfo.InvariantCulture);
        return ($"start~{id[..2]}", $"start~{id}");
    }
}
