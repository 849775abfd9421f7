using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OptOut.Records;

/// <summary>
/// The tables and containers by name, and how patiently they are asked. Where they cannot be had, everything asked of them ends in a
/// <see cref="Platform.StoreUnavailableException"/>.
/// </summary>
internal sealed class StorageAccount
{
    private readonly TableServiceClient _tables;
    private readonly BlobServiceClient _blobs;

    /// <param name="options">Which account.</param>
    /// <param name="credential">The app's identity, used only where there is no connection string.</param>
    /// <param name="logger">Told each time the store cannot be had.</param>
    public StorageAccount(IOptions<StorageOptions> options, Lazy<TokenCredential> credential, ILogger<StorageAccount> logger)
    {
        // A person is waiting: three quick tries, then the caller's own answer to a store that is down.
        var tableOptions = new TableClientOptions
        {
            Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(500), NetworkTimeout = TimeSpan.FromSeconds(5) },
        };
        var blobOptions = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Retry = { MaxRetries = 3, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(30) },
        };
        var availability = new AvailabilityPolicy(logger);
        tableOptions.AddPolicy(availability, HttpPipelinePosition.PerCall);
        blobOptions.AddPolicy(availability, HttpPipelinePosition.PerCall);
        var o = options.Value;
        _tables = o.ConnectionString.Length > 0 ? new(o.ConnectionString, tableOptions) : new(o.TableEndpoint, credential.Value, tableOptions);
        _blobs = o.ConnectionString.Length > 0 ? new(o.ConnectionString, blobOptions) : new(o.BlobEndpoint, credential.Value, blobOptions);

        Consent = Table("consent");
        Identifiers = Table("identifiers");
        ExternalSuppressions = Table("externalsuppressions");
        Feed = Table("feed");
        Outbox = Table("outbox");
        Codes = Table("codes");
        Runs = Table("runs");
        Heads = Table("heads");
        Reports = Container("reports");
        VendorLists = Container("vendor-lists");
        Suppressions = Container("suppressions");
        Anchors = Container("anchors");

        TableClient Table(string name) => _tables.GetTableClient(o.Prefix + name);
        BlobContainerClient Container(string name) => _blobs.GetBlobContainerClient(o.Prefix + name);
    }

    public TableClient Consent { get; }

    public TableClient Identifiers { get; }

    public TableClient ExternalSuppressions { get; }

    public TableClient Feed { get; }

    public TableClient Outbox { get; }

    public TableClient Codes { get; }

    public TableClient Runs { get; }

    public TableClient Heads { get; }

    public BlobContainerClient Reports { get; }

    public BlobContainerClient VendorLists { get; }

    public BlobContainerClient Suppressions { get; }

    public BlobContainerClient Anchors { get; }

    /// <summary>Makes what is missing. In Azure the templates make it; on one machine and in tests this does.</summary>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => Task.WhenAll(
    [
        .. new[] { Consent, Identifiers, ExternalSuppressions, Feed, Outbox, Codes, Runs, Heads }.Select(table => (Task)table.CreateIfNotExistsAsync(cancellationToken)),
        .. new[] { Reports, VendorLists, Suppressions, Anchors }.Select(container => (Task)container.CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
    ]);

    /// <summary>One point read that finds nothing: whether the tables answer.</summary>
    /// <exception cref="Platform.StoreUnavailableException">They do not.</exception>
    public Task PingAsync(CancellationToken cancellationToken) =>
        Consent.GetEntityIfExistsAsync<TableEntity>("ping", "ping", ["PartitionKey"], cancellationToken);
}
