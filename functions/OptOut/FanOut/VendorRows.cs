using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identifiers;
using OptOut.Storage;

namespace OptOut.FanOut;

public enum VendorStatus
{
    Confirmed,
    Waiting,
    Rejected,
}

/// <summary>What a vendor confirmed for a subject, and when. Time-to-stop, the report and the retry read it.</summary>
/// <param name="Stops">By identifier: what the vendor last confirmed. Only this may ever be removed from the vendor again.</param>
/// <param name="Event">The event it was last told of.</param>
/// <param name="Since">When that event's person decided.</param>
/// <param name="ConfirmedAt">When everything was confirmed; null while it is not.</param>
/// <param name="Reason">What stands in the way.</param>
public sealed record VendorRow(
    VendorStatus Status, IReadOnlyDictionary<IdentifierHash, StopSet> Stops, Guid Event, DateTimeOffset Since, DateTimeOffset? ConfirmedAt, int Attempt, string? Reason)
{
    public TimeSpan? TimeToStop => ConfirmedAt - Since;
}

/// <summary>The <c>vendor~</c> rows of the table <c>consent</c>.</summary>
public sealed class VendorRows(StorageAccount storage)
{
    public async Task<VendorRow?> LoadAsync(SubjectKey subject, string vendor, CancellationToken cancellationToken)
    {
        var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(subject.ToString(), RowKey(subject, vendor), cancellationToken: cancellationToken);
        if (!found.HasValue)
            return null;
        var row = found.Value!;
        return new VendorRow(
            Enum.Parse<VendorStatus>(row.GetString("Status")),
            JsonSerializer.Deserialize(row.GetString("Stops"), VendorRowJson.Default.DictionaryStringString)!.ToDictionary(p => IdentifierHash.Parse(p.Key), p => StopSet.Parse(p.Value)),
            row.GetGuid("Event")!.Value,
            row.GetDateTimeOffset("Since")!.Value,
            row.GetDateTimeOffset("ConfirmedAt"),
            row.GetInt32("Attempt")!.Value,
            row.GetString("Reason"));
    }

    public Task SaveAsync(SubjectKey subject, string vendor, VendorRow row, CancellationToken cancellationToken) => storage.Consent.UpsertEntityAsync(
        new TableEntity(subject.ToString(), RowKey(subject, vendor))
        {
            ["Status"] = row.Status.ToString(),
            ["Stops"] = JsonSerializer.Serialize(row.Stops.ToDictionary(p => p.Key.ToString(), p => p.Value.ToString()), VendorRowJson.Default.DictionaryStringString),
            ["Event"] = row.Event,
            ["Since"] = row.Since,
            ["ConfirmedAt"] = row.ConfirmedAt,
            ["Attempt"] = row.Attempt,
            ["Reason"] = row.Reason,
        },
        TableUpdateMode.Replace,
        cancellationToken);

    private static string RowKey(SubjectKey subject, string vendor) => $"vendor~{subject}~{vendor}";
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class VendorRowJson : JsonSerializerContext;
