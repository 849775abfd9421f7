using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OptOut.Records;

/// <summary>
/// The tables and containers by name, with their retry settings. If they are unavailable, every call throws a
/// <see cref="Platform.StoreUnavailableException"/>.
/// </summary>
internal sealed class StorageAccount
{
    private readonly TableServiceClient _tables;
    private readonly BlobServiceClient _blobs;

    /// <param name="options">The account to use.</param>
    /// <param name="credential">The app's identity, used only if there is no connection string.</param>
    /// <param name="logger">Receives a message each time the store is unavailable.</param>
    /// <param name="policies">See each request to the tables. The product has none; tests count requests and refuse what Azure
    /// would.</param>
    public StorageAccount(
        IOptions<StorageOptions> options,
        Lazy<TokenCredential> credential,
        ILogger<StorageAccount> logger,
        IEnumerable<HttpPipelinePolicy> policies)
    {
        // A person is waiting: three quick attempts, after which the caller handles the outage.
        var tableOptions = new TableClientOptions
        {
            Retry =
            {
                MaxRetries = 2,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromMilliseconds(500),
                NetworkTimeout = TimeSpan.FromSeconds(5),
            },
        };
        var blobOptions = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
        {
            Retry = { MaxRetries = 3, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(30) },
        };
        var availability = new AvailabilityPolicy(logger);
        tableOptions.AddPolicy(availability, HttpPipelinePosition.PerCall);
        foreach (var policy in policies)
            tableOptions.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        blobOptions.AddPolicy(availability, HttpPipelinePosition.PerCall);
        var o = options.Value;
        _tables = o.ConnectionString.Length > 0
            ? new(o.ConnectionString, tableOptions)
            : new(o.TableEndpoint, credential.Value, tableOptions);
        _blobs = o.ConnectionString.Length > 0 ? new(o.ConnectionString, blobOptions) : new(o.BlobEndpoint, credential.Value, blobOptions);

        Consent = Table("consent");
        Identifiers = Table("identifiers");
        ExternalSuppressions = Table("externalsuppressions");
        Feed = Table("feed");
        Outbox = Table("outbox");
        Codes = Table("codes");
        References = Table("references");
        Runs = Table("runs");
        Reports = Container("reports");
        VendorLists = Container("vendor-lists");
        Suppressions = Container("suppressions");
        Anchors = Container("anchors");
        Backup = Container("backup");

        TableClient Table(string name) => _tables.GetTableClient(o.Prefix + name);
        BlobContainerClient Container(string name) => _blobs.GetBlobContainerClient(o.Prefix + name);
    }

    public TableClient Consent { get; }

    public TableClient Identifiers { get; }

    public TableClient ExternalSuppressions { get; }

    public TableClient Feed { get; }

    public TableClient Outbox { get; }

    public TableClient Codes { get; }

    public TableClient References { get; }

    public TableClient Runs { get; }

    public BlobContainerClient Reports { get; }

    public BlobContainerClient VendorLists { get; }

    public BlobContainerClient Suppressions { get; }

    public BlobContainerClient Anchors { get; }

    public BlobContainerClient Backup { get; }

    /// <summary>
    /// Creates missing tables and containers. In Azure the templates create them; on one machine and in tests this method does.
    /// </summary>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => Task.WhenAll(
    [
        EnsureTablesAsync(cancellationToken),
        .. new[] { Reports, VendorLists, Suppressions, Anchors, Backup }.Select(
            container => (Task)container.CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
    ]);

    /// <summary>Creates missing tables: somebody may have dropped them.</summary>
    public Task EnsureTablesAsync(CancellationToken cancellationToken) => Task.WhenAll(
        new[] { Consent, Identifiers, ExternalSuppressions, Feed, Outbox, Codes, References, Runs }.Select(
            table => table.CreateIfNotExistsAsync(cancellationToken)));

    /// <summary>Checks that the tables respond, with one point read that finds nothing.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The tables do not respond.</exception>
    public Task PingAsync(CancellationToken cancellationToken) =>
        Consent.GetEntityIfExistsAsync<TableEntity>("ping", "ping", ["PartitionKey"], cancellationToken);
}
