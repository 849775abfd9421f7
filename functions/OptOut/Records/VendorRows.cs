using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records;

internal enum VendorStatus
{
    Confirmed,
    Waiting,
    Rejected,
}

/// <summary>What a vendor confirmed for a subject, and when. Time-to-stop, the report and the retries are based on it.</summary>
/// <param name="Stops">What the vendor last confirmed, by identifier, and while it waits also what the vendor may have taken although its
/// answer was lost. Only this may ever be removed from the vendor again.</param>
/// <param name="Event">The event that was pushed last.</param>
/// <param name="Since">When the person made that decision.</param>
/// <param name="ConfirmedAt">When everything was confirmed; null until then.</param>
/// <param name="Reason">Why it is not confirmed.</param>
internal sealed record VendorRow(
    VendorStatus Status,
    IReadOnlyDictionary<IdentifierHash, StopSet> Stops,
    Guid Event,
    DateTimeOffset Since,
    DateTimeOffset? ConfirmedAt,
    int Attempt,
    string? Reason)
{
    /// <summary>The version that was read.</summary>
    public ETag Tag { get; init; }

    public TimeSpan? TimeToStop => ConfirmedAt - Since;
}

/// <summary>The <c>vendor~</c> rows of the table <c>consent</c>.</summary>
internal sealed class VendorRows(StorageAccount storage)
{
    public async Task<VendorRow?> LoadAsync(SubjectKey subject, string vendor, CancellationToken cancellationToken)
    {
        var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), RowKey(subject, vendor), cancellationToken: cancellationToken);
        if (!found.HasValue)
            return null;
        var row = found.Value!;
        return new VendorRow(
            Enum.Parse<VendorStatus>(row.GetString("Status")),
            JsonSerializer.Deserialize(row.GetString("Stops"), VendorRowJson.Default.DictionaryStringString)!
                .ToDictionary(p => IdentifierHash.Parse(p.Key), p => StopSet.Parse(p.Value)),
            row.GetGuid("Event")!.Value,
            row.GetDateTimeOffset("Since")!.Value,
            row.GetDateTimeOffset("ConfirmedAt"),
            row.GetInt32("Attempt")!.Value,
            row.GetString("Reason"))
        { Tag = row.ETag };
    }

    /// <summary>Writes the row unless it was written since it was read: two handlers may push for one person at the same time.</summary>
    /// <param name="known">The row that was read; null if there was none.</param>
    /// <returns>False if another writer was faster.</returns>
    public async Task<bool> TrySaveAsync(
        SubjectKey subject, string vendor, VendorRow row, VendorRow? known, CancellationToken cancellationToken)
    {
        try
        {
            if (known is null)
                await storage.Consent.AddEntityAsync(Write(subject, vendor, row), cancellationToken);
            else
                await storage.Consent.UpdateEntityAsync(Write(subject, vendor, row), known.Tag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    public Task SaveAsync(SubjectKey subject, string vendor, VendorRow row, CancellationToken cancellationToken) =>
        storage.Consent.UpsertEntityAsync(Write(subject, vendor, row), TableUpdateMode.Replace, cancellationToken);

    private static TableEntity Write(SubjectKey subject, string vendor, VendorRow row) => new(subject.ToString(), RowKey(subject, vendor))
    {
        ["Status"] = row.Status.ToString(),
        ["Stops"] = JsonSerializer.Serialize(
            row.Stops.ToDictionary(p => p.Key.ToString(), p => p.Value.ToString()), VendorRowJson.Default.DictionaryStringString),
        ["Event"] = row.Event,
        ["Since"] = row.Since,
        ["ConfirmedAt"] = row.ConfirmedAt,
        ["Attempt"] = row.Attempt,
        ["Reason"] = row.Reason,
    };

    private static string RowKey(SubjectKey subject, string vendor) => $"vendor~{subject}~{vendor}";
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class VendorRowJson : JsonSerializerContext;
