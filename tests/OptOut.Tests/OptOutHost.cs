using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.ServiceBus;
using OptOut.Functions;
using OptOut.Identity;
using OptOut.Local.Hosting;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Tests.Vendors.SendGrid;

namespace OptOut.Tests;

/// <summary>
/// The whole product, reached through its real endpoints: the functions over HTTP, a storage account of its own, a Service Bus, and a
/// sandbox of the vendors. Use it as a class fixture if each test uses its own people, or call <see cref="StartAsync"/> if a test needs its
/// own settings or an outage. Disposing fails if the product made a vendor call that the sandbox does not support.
/// </summary>
public sealed class OptOutHost(AzuriteFixture azurite) : IAsyncLifetime
{
    internal const string FunctionKey = "function-key";
    internal const string MasterKey = "master-key";

    // A subscription that receives every message and that nothing consumes.
    private const string Witness = "witness";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Connects every vendor of the sandbox.</summary>
    internal static readonly string[] AllVendors = ["*"];

    private string? _storage;
    private string? _busFolder;
    private int _busPort;
    private TimeProvider _time = TimeProvider.System;
    private readonly ConcurrentDictionary<string, string> _preferencesSeen = new(StringComparer.Ordinal);
    private IReadOnlyCollection<string> _vendors = [];
    private IReadOnlyDictionary<string, string?> _settings = new Dictionary<string, string?>(StringComparer.Ordinal);
    private EmbeddedServiceBus? _bus;
    private ServiceBusClient? _witness;
    private FunctionHost? _functions;
    private VendorSandbox? _sandbox;
    private HttpClient? _client;

    /// <summary>Follows no redirects and stores no cookies, so that tests see both.</summary>
    internal HttpClient Client => _client!;

    internal VendorSandbox Sandbox => _sandbox!;

    internal CapturedLogs Logs { get; } = new();

    internal TableRequests TableRequests { get; } = new();

    /// <summary>The settings that the functions were started with, for a second process that needs the same.</summary>
    internal IReadOnlyDictionary<string, string?> Settings { get; private set; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    internal string BusConnectionString => _bus!.ConnectionString;

    internal ConsentStore Consent => Service<ConsentStore>();

    internal StorageAccount Storage => Service<StorageAccount>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="azurite">Supplies a storage account if <paramref name="storage"/> is null.</param>
    /// <param name="storage">A storage connection string, for a test that stops its storage.</param>
    /// <param name="settings">Override those of <see cref="OptOutSettings"/>; a null value removes a setting.</param>
    /// <param name="vendors">The names of the sandbox's vendors to connect besides SendGrid, or <see cref="AllVendors"/>.</param>
    /// <param name="time">The clock of the product, the bus and the vendors; null for the system clock.</param>
    internal static async Task<OptOutHost> StartAsync(
        AzuriteFixture azurite,
        string? storage = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        TimeProvider? time = null,
        IReadOnlyCollection<string>? vendors = null)
    {
        var host = new OptOutHost(azurite) { _storage = storage, _time = time ?? TimeProvider.System, _vendors = vendors ?? [] };
        if (settings is not null)
            host._settings = settings;
        await host.InitializeAsync();
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        _storage ??= await azurite.NewAccountAsync();
        _busFolder = Directory.CreateTempSubdirectory("optout-bus-").FullName;
        await StartBusAsync();
        _sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Time = _time, Storage = _storage, SendGridGroups = OptOutSettings.SendGridGroups }, Cancel);

        var settings = OptOutSettings.Create(
            _storage, _bus!.ConnectionString, _sandbox, _vendors == AllVendors ? [.. _sandbox.Vendors.Select(v => v.Name)] : _vendors);
        foreach (var (name, value) in _settings)
            settings[name] = value;
        Settings = settings;
        _functions = await FunctionHost.StartAsync(
            new FunctionHostOptions
            {
                Assembly = typeof(UnsubscribeFunctions).Assembly,
                HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                MasterKey = MasterKey,
                FunctionKey = FunctionKey,
                Port = 0,
                Configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Where(s => s.Value is not null)).Build(),
                ConfigureServices = (services, configuration) =>
                    services.AddSingleton(_time).AddSingleton<HttpPipelinePolicy>(TableRequests).AddOptOut(configuration),
                ConfigureLogging = logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Logs),
                DrainTimeout = TimeSpan.FromSeconds(10),
            },
            Cancel);
        _sandbox.Functions = _functions.Address;
        _client =
            new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _functions.Address };
        await Storage.EnsureCreatedAsync(Cancel);
    }

    internal T Service<T>()
        where T : class => _functions!.Services.GetRequiredService<T>();

    internal IEnumerable<T> Services<T>()
        where T : class => _functions!.Services.GetServices<T>();

    // ---- the controller's side

    /// <summary>PUT /api/subjects/{id}.</summary>
    internal async Task<SubjectKey> PutSubjectAsync(
        string id, string[]? email = null, string[]? phone = null, string[]? postal = null, string? language = null)
    {
        var answer = await SendAsync(
            "PUT",
            $"/api/subjects/{Uri.EscapeDataString(id)}",
            JsonContent.Create(new { identifiers = new { email, phone, postal }, language }),
            FunctionKey);
        Assert.Equal(200, answer.Status);
        return SubjectKey.Parse(answer.Json["subject"]!.GetValue<string>());
    }

    /// <summary>POST /api/links: the token in a person's link.</summary>
    internal async Task<string> TokenAsync(string id, string channel = "email", string? topic = null, uint campaign = 0)
    {
        var answer = await SendAsync("POST", "/api/links", JsonContent.Create(new { subject = id, channel, topic, campaign }), FunctionKey);
        Assert.Equal(200, answer.Status);
        return new Uri(answer.Json["url"]!.GetValue<string>()).Segments[^1];
    }

    /// <summary>GET /api/check.</summary>
    internal async Task<(bool Allowed, string Reason)> CheckAsync(string channel, string identifier, string? topic = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"/api/check?channel={channel}{(topic is null ? "" : $"&topic={topic}")}");
        request.Headers.Add("x-functions-key", FunctionKey);
        request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        var answer = await SendAsync(request);
        Assert.Equal(200, answer.Status);
        return (answer.Json["allowed"]!.GetValue<bool>(), answer.Json["reason"]!.GetValue<string>());
    }

    // ---- the person's side

    /// <summary>What a mail client's button sends (RFC 8058 section 3.2).</summary>
    internal Task<Answer> OneClickAsync(string token) => SendAsync("POST", $"/u/{token}", Form("List-Unsubscribe=One-Click"));

    /// <summary>Presses the button on the page behind the link.</summary>
    internal Task<Answer> PressAsync(string token) => SendAsync("POST", $"/u/{token}", Form("choice=stop"));

    internal static HttpContent Form(string body) => new StringContent(body, new UTF8Encoding(false), "application/x-www-form-urlencoded");

    internal async Task<Answer> SendAsync(string method, string path, HttpContent? content = null, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        return await SendAsync(request);
    }

    /// <summary>What a change made now must say that the person had seen: everything, if it allows.</summary>
    internal async Task<long?> SeenAsync(SubjectKey subject, Decision decision) =>
        decision == Decision.Allow ? (await Consent.LoadAsync(subject, Cancel)).Number : null;

    internal Task<Answer> ReadPreferencesAsync(string id) => SendPreferencesAsync(HttpMethod.Get, id, null);

    /// <summary>Saves preferences as a portal does: it reads them first, and says in <c>If-Match</c> what the person saw last.</summary>
    internal async Task<Answer> SavePreferencesAsync(string id, HttpContent content)
    {
        await ReadPreferencesAsync(id);
        return await SendPreferencesAsync(HttpMethod.Put, id, content);
    }

    private async Task<Answer> SendPreferencesAsync(HttpMethod method, string id, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, $"/api/subjects/{Uri.EscapeDataString(id)}/preferences") { Content = content };
        request.Headers.Add("x-functions-key", FunctionKey);
        if (content is not null && _preferencesSeen.TryGetValue(id, out var seen))
            request.Headers.Add("If-Match", seen);
        var answer = await SendAsync(request);
        if (answer.Headers.TryGetValue("ETag", out var tag))
            _preferencesSeen[id] = tag;
        return answer;
    }

    internal async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request, Cancel);
        var headers = response.Headers
            .Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(Cancel));
    }

    // ---- the results

    internal async Task<List<LedgerEntry>> LedgerAsync(SubjectKey subject)
    {
        var entries = new List<LedgerEntry>();
        await foreach (var entry in Consent.LedgerAsync(subject, Cancel))
            entries.Add(entry);
        return entries;
    }

    /// <summary>
    /// Waits until the ledger has the number of entries, then asserts that it has no more and that its hash chain is intact.
    /// </summary>
    internal async Task<List<LedgerEntry>> LedgerAsync(SubjectKey subject, int count)
    {
        await UntilAsync(async () => (await LedgerAsync(subject)).Count >= count);
        var ledger = await LedgerAsync(subject);
        Assert.Equal(count, ledger.Count);
        Assert.Null(Ledger.FirstBroken(subject, ledger, (await Consent.LoadAsync(subject, Cancel)).Head));
        return ledger;
    }

    /// <summary>Waits until the vendor has confirmed the event, or any event if none is given.</summary>
    internal async Task<VendorRow> ConfirmedAsync(SubjectKey subject, Guid? eventId = null, string vendor = "sendgrid")
    {
        VendorRow? row = null;
        try
        {
            await UntilAsync(async () =>
                (row = await Service<VendorRows>().LoadAsync(subject, vendor, Cancel)) is { Status: VendorStatus.Confirmed } found
                    && (eventId is null || found.Event == eventId));
            return row!;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{vendor} did not confirm {eventId}: {row?.ToString() ?? "no row"}", e);
        }
    }

    /// <summary>The subject of a customer number, whether or not it was ever registered.</summary>
    internal SubjectKey SubjectOf(string id) => Service<IdentifierProtector>().SubjectOf(id);

    /// <summary>The stand-in subject for the owner of an address that was never registered.</summary>
    internal SubjectKey StandInFor(string email) =>
        EmailAddress.TryParse(email, out var identifier)
            ? Service<IdentifierProtector>().SubjectOf(identifier)
            : throw new FormatException(email);

    internal string[] OnSendGridsList() => [.. Sandbox.SendGrid.Global.Select(e => e.Email)];

    internal int Rows(TableClient table, string? startingWith = null) =>
        table
            .Query<TableEntity>(cancellationToken: Cancel)
            .Count(r => startingWith is null || r.RowKey.StartsWith(startingWith, StringComparison.Ordinal));

    /// <summary>Every row of every table in the storage account.</summary>
    internal async Task<List<(string Table, TableEntity Row)>> RowsAsync()
    {
        var rows = new List<(string, TableEntity)>();
        var account = new TableServiceClient(_storage);
        await foreach (var table in account.QueryAsync(cancellationToken: Cancel))
        {
            await foreach (var row in account.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: Cancel))
                rows.Add((table.Name, row));
        }

        return rows;
    }

    /// <summary>Every blob of every container in the storage account.</summary>
    internal async Task<List<(string Name, BinaryData Content)>> BlobsAsync()
    {
        var blobs = new List<(string, BinaryData)>();
        var account = new BlobServiceClient(_storage, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        await foreach (var container in account.GetBlobContainersAsync(cancellationToken: Cancel))
        {
            var client = account.GetBlobContainerClient(container.Name);
            await foreach (var blob in client.GetBlobsAsync(cancellationToken: Cancel))
            {
                var content = (await client.GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content;
                blobs.Add(($"{container.Name}/{blob.Name}", content));
            }
        }

        return blobs;
    }

    /// <summary>Every message that was ever sent, including those sent before the bus was restarted.</summary>
    internal async Task<IReadOnlyList<ServiceBusReceivedMessage>> SentAsync()
    {
        await using var receiver = _witness!.CreateReceiver(Topology.BusTopic, Witness);
        return await receiver.PeekMessagesAsync(5000, fromSequenceNumber: 0, Cancel);
    }

    internal async Task<IReadOnlyList<ServiceBusReceivedMessage>> DeadLettersAsync(string subscription)
    {
        await using var receiver = _witness!.CreateReceiver(
            Topology.BusTopic, subscription, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        return await receiver.PeekMessagesAsync(1000, fromSequenceNumber: 0, Cancel);
    }

    /// <summary>Waits until the functions have settled every message.</summary>
    internal async Task QuietAsync()
    {
        foreach (var subscription in Topology.Subscriptions)
        {
            await using var receiver = _witness!.CreateReceiver(Topology.BusTopic, subscription.Name);
            await UntilAsync(async () => await receiver.PeekMessageAsync(0, Cancel) is null);
        }
    }

    /// <summary>
    /// A snapshot of everything as one text: every table row, every message sent and every call to a vendor. Two equal snapshots prove that
    /// nothing happened in between.
    /// </summary>
    internal async Task<string> EverythingAsync()
    {
        await QuietAsync();
        var lines = new List<string>();
        lines.AddRange((await RowsAsync()).Select(r => $"{r.Table} {r.Row.PartitionKey} {r.Row.RowKey} {r.Row.ETag}"));
        lines.AddRange((await SentAsync()).Select(m => $"bus {m.SequenceNumber} {m.MessageId}"));
        lines.AddRange(Sandbox.Vendors.SelectMany(v => v.Requests.All.Select(r => $"{v.Name} {r}")));
        return string.Join('\n', lines);
    }

    internal Task<bool> RunTimerAsync(string name) => _functions!.RunTimerAsync(name);

    // ---- outages

    /// <summary>Stops the bus. The messages it has accepted stay in its journal.</summary>
    internal async Task StopBusAsync()
    {
        await _witness!.DisposeAsync();
        await _bus!.DisposeAsync();
        _bus = null;
    }

    internal async Task StartBusAsync()
    {
        _bus = await EmbeddedServiceBus.StartAsync(
            new EmbeddedServiceBusOptions
            {
                Port = _busPort,
                Time = _time,
                DataFolder = _busFolder,
                Topics =
                [
                    new TopicDefinition(
                        Topology.BusTopic, [.. Topology.Subscriptions.Select(s => new Emulators.ServiceBus.SubscriptionDefinition(s.Name)
                        {
                            Rules = [new SqlRule(s.Filter)],
                            LockDuration = Topology.LockDuration,
                            MaxDeliveryCount = Topology.MaxDeliveryCount,
                        }), new Emulators.ServiceBus.SubscriptionDefinition(Witness)])
                    {
                        DuplicateWindow = Topology.DuplicateWindow,
                    },
                ],
            },
            Cancel);
        _busPort = _bus.Port;
        _witness = new ServiceBusClient(_bus.ConnectionString);
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string description = "")
    {
        var deadline = TimeProvider.System.GetUtcNow() + Timeout;
        // Asks ever less often: on a busy machine, asking itself would slow down what is waited for.
        for (var pause = 10; !await condition(); pause = Math.Min(2 * pause, 160))
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
                throw new TimeoutException($"Not within {Timeout.TotalSeconds} s: {description}");
            await Task.Delay(pause, Cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_functions is not null)
            await _functions.DisposeAsync();
        if (_witness is not null)
            await _witness.DisposeAsync();
        if (_bus is not null)
            await _bus.DisposeAsync();
        if (_busFolder is not null)
            Directory.Delete(_busFolder, recursive: true);
        if (_sandbox is not null)
        {
            var unexpected = _sandbox.Unexpected;
            await _sandbox.DisposeAsync();
            Assert.Empty(unexpected);
        }
    }
}

/// <summary>An HTTP response.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}
