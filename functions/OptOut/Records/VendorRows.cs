using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records;

internal enum VendorStatus
{
    Confirmed,
    Waiting,
    Rejected,
}

/// <summary>
/// What a vendor confirmed for a subject, and when. Time-to-stop, the report and the retries are based on it. A JSON text in the subject's
/// row.
/// </summary>
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
    public TimeSpan? TimeToStop => ConfirmedAt - Since;

    /// <summary>The property that holds the vendor's text. Names of properties are C# identifiers, and a vendor's name may have a
    /// hyphen.</summary>
    public static string PropertyOf(string vendor) => $"Vendor_{vendor.Replace('-', '_')}_";

    public static VendorRow? Parse(string text) => text.Length == 0
        ? null
        : JsonSerializer.Deserialize(text, VendorRowJson.Default.StoredVendor)!.ToRow();

    public override string ToString() => JsonSerializer.Serialize(StoredVendor.From(this), VendorRowJson.Default.StoredVendor);
}

/// <summary>What the vendors confirmed, in the subjects' rows.</summary>
internal sealed class VendorRows(SubjectRows rows)
{
    public async Task<VendorRow?> LoadAsync(SubjectKey subject, string vendor, CancellationToken cancellationToken) =>
        (await rows.LoadAsync(subject, cancellationToken)).Vendor(vendor);

    /// <summary>
    /// Writes what the vendor confirmed unless that was written since it was read: two handlers may push for one person at the same time.
    /// </summary>
    /// <returns>False if another writer was faster.</returns>
    public async Task<bool> TrySaveAsync(SubjectRecord read, string vendor, VendorRow row, CancellationToken cancellationToken) =>
        (await TrySaveAsync(read, [(vendor, row)], cancellationToken)).Count > 0;

    /// <summary>The same for several vendors, in one write.</summary>
    /// <returns>The vendors whose rows were written: not those for which another writer was faster.</returns>
    public async Task<IReadOnlySet<string>> TrySaveAsync(
        SubjectRecord read, IEnumerable<(string Vendor, VendorRow Row)> some, CancellationToken cancellationToken)
    {
        var texts = some.ToDictionary(s => VendorRow.PropertyOf(s.Vendor), s => (s.Vendor, Text: s.Row.ToString()));
        var written = await rows.TrySetAsync(read, texts.ToDictionary(t => t.Key, t => t.Value.Text), cancellationToken);
        return texts.Where(t => written.Contains(t.Key)).Select(t => t.Value.Vendor).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Writes it whatever the row said. Nothing happens to a subject without a row.</summary>
    public async Task SaveAsync(SubjectKey subject, string vendor, VendorRow row, CancellationToken cancellationToken)
    {
        while (await rows.LoadAsync(subject, cancellationToken) is { Tag: not null } read)
        {
            if (await TrySaveAsync(read, vendor, row, cancellationToken))
                return;
        }
    }
}

internal sealed record StoredVendor(
    VendorStatus Status,
    Dictionary<string, string> Stops,
    Guid Event,
    DateTimeOffset Since,
    DateTimeOffset? ConfirmedAt,
    int Attempt,
    string? Reason)
{
    public static StoredVendor From(VendorRow row) => new(
        row.Status,
        row.Stops.ToDictionary(p => p.Key.ToString(), p => p.Value.ToString()),
        row.Event,
        row.Since,
        row.ConfirmedAt,
        row.Attempt,
        row.Reason);

    public VendorRow ToRow() => new(
        Status, Stops.ToDictionary(p => IdentifierHash.Parse(p.Key), p => StopSet.Parse(p.Value)), Event, Since, ConfirmedAt, Attempt, Reason);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredVendor))]
internal sealed partial class VendorRowJson : JsonSerializerContext;
