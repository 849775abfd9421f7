using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs.Models;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// What a run saves for itself in the container <c>vendor-lists</c>: the pages as pulled, and the plan of each unit before it is carried
/// out. Each blob is encrypted, bound to its name, and deleted when the run is done.
/// </summary>
internal sealed class RunBlobs(StorageAccount storage, IdentifierProtector protector)
{
    public static string PageName(string vendor, Guid runId, string pull, int page) => Name(vendor, runId, pull, page);

    public static string PlanName(string vendor, Guid runId, string unit, int number) => Name(vendor, runId, "plan/" + unit, number);

    public static string LeftoversName(string vendor, Guid runId, int range) => Name(vendor, runId, "leftovers", range);

    public static string TimesName(string vendor, Guid runId, int range) => Name(vendor, runId, "times", range);

    public async Task WriteAsync<T>(string name, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await storage.VendorLists.GetBlobClient(name).UploadAsync(
            BinaryData.FromString(protector.Encrypt(JsonSerializer.Serialize(document, type), Context(name))),
            overwrite: true,
            cancellationToken);

    /// <returns>Null when it was not written.</returns>
    public async Task<T?> FindAsync<T>(string name, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var content = (await storage.VendorLists.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content;
            return JsonSerializer.Deserialize(protector.Decrypt(content.ToString(), Context(name)), type);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <exception cref="InvalidDataException">A page that had been saved is gone: somebody deleted it.</exception>
    public async Task<IReadOnlyList<VendorEntry>> PageAsync(string name, CancellationToken cancellationToken) =>
        [
            .. (await FindAsync(name, RunJson.Default.StoredEntryArray, cancellationToken)
                ?? throw new InvalidDataException($"The blob {name} is gone.")).Select(e => e.ToEntry()),
        ];

    public async Task DeleteAsync(string vendor, Guid runId, CancellationToken cancellationToken)
    {
        await foreach (var blob in storage.VendorLists.GetBlobsAsync(
            BlobTraits.None, BlobStates.None, $"{vendor}/{runId:D}/", cancellationToken))
        {
            await storage.VendorLists.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
        }
    }

    private static string Name(string vendor, Guid runId, string folder, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{vendor}/{runId:D}/{folder}/{number:D6}");

    private static string Context(string name) => $"vendor-lists/{name}";
}

/// <summary>A vendor's entry as a run keeps it.</summary>
internal sealed record StoredEntry(StoredIdentifier Who, string List, VendorEntryKind Kind, string Stop, DateTimeOffset At)
{
    public static StoredEntry From(VendorEntry entry) =>
        new(StoredIdentifier.From(entry.Identifier), entry.List, entry.Kind, entry.Stop.ToString(), entry.At);

    public VendorEntry ToEntry() => new(Who.ToIdentifier(), List, Kind, Scope.Parse(Stop), At);

    public override string ToString() => $"entry on {List}";
}

internal sealed record StoredIdentifier(IdentifierKind Kind, string Value)
{
    public static StoredIdentifier From(Identifier identifier) => new(identifier.Kind, identifier.Value);

    public Identifier ToIdentifier() => new(Kind, Value);

    public override string ToString() => ToIdentifier().ToString();
}

/// <summary>The plan for one page of entries, and the counts of the entries that need nothing.</summary>
internal sealed record ComparePlan(RunTally Tally, IReadOnlyList<StoredEntry> Record, IReadOnlyList<StoredEntry> Remove);

/// <summary>The plan for one range of contact points.</summary>
/// <param name="Missing">Those that the vendor lacks.</param>
/// <param name="Watched">Those whose time to stop is measured.</param>
internal sealed record PushPlan(RunTally Tally, IReadOnlyList<StoredIdentifier> Missing, IReadOnlyList<WatchedIdentifier> Watched);

/// <param name="Hash">The hash of the contact point.</param>
/// <param name="Subjects">Its owners.</param>
internal sealed record WatchedIdentifier(string Hash, IReadOnlyList<string> Subjects, bool Missing);
