using System.Globalization;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Api;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Emulators.ServiceBus;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Local.Composition;
using OptOut.Messaging;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Reconciliation;

/// <summary>
/// The whole product on a real Azurite, the embedded Service Bus and the SendGrid sandbox. Only the function triggers are simulated.
/// </summary>
internal sealed class ReconciliationHost : IAsyncDisposable
{
    public const int Newsletter = 101, Offers = 102, Events = 103;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly EmbeddedServiceBus _bus;
    private readonly ServiceProvider _services;
    private readonly List<string> _addresses = [];

    private ReconciliationHost(
        EmbeddedServiceBus bus, VendorSandbox sandbox, ServiceProvider services, ShiftedTime time, CapturedLogs logs) =>
        (_bus, Sandbox, _services, Time, Logs) = (bus, sandbox, services, time, logs);

    public ShiftedTime Time { get; }

    public CapturedLogs Logs { get; }

    public VendorSandbox Sandbox { get; }

    public SendGridSandbox SendGrid => Sandbox.SendGrid;

    public InterruptedVendor Vendor => _services.GetServices<IVendor>().OfType<InterruptedVendor>().Single();

    public static async Task<ReconciliationHost> StartAsync(AzuriteFixture azurite, params (string Name, string Value)[] settings)
    {
        var time = new ShiftedTime();
        var storage = await azurite.NewAccountAsync();
        var bus = await EmbeddedServiceBus.StartAsync(
            new EmbeddedServiceBusOptions
            {
                Time = time,
                Topics =
                [
                    new TopicDefinition(
                        Topology.BusTopic,
                        [.. Topology.Subscriptions.Select(
                            s => new OptOut.Emulators.ServiceBus.SubscriptionDefinition(s.Name) { Rules = [new SqlRule(s.Filter)] })]),
                ],
            },
            Cancel);
        var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Time = time, SendGridGroups = LocalSettings.SendGridGroups }, Cancel);

        // The same keys in every host, so that the same people have the same subject keys.
        var keys = new LocalKeys(Secret(1), Secret(2), Secret(3));
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(
                LocalSettings.Build(keys, new Uri("http://127.0.0.1:7071"), storage, bus.ConnectionString, sandbox.Settings(["sendgrid"])))
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["OptOut:FanOut:FirstRetry"] = "00:00:00.020",
                ["OptOut:Reconciliation:PrivacyAddress"] = "dpo@kruidtuin.example",
                ["OptOut:Reconciliation:Tries"] = "3",
            })
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)))
            .Build();

        var logs = new CapturedLogs();
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Information).AddProvider(logs));
        services.AddSingleton<TimeProvider>(time).AddSingleton<IConfiguration>(configuration);
        services.AddOptOut(configuration);
        var real = services.Single(s => s.ServiceType == typeof(IVendor) && s.ImplementationType?.Name == "SendGridVendor");
        services.Remove(real);
        services.AddSingleton<IVendor>(p => new InterruptedVendor((IVendor)ActivatorUtilities.CreateInstance(p, real.ImplementationType!)));

        var host = new ReconciliationHost(bus, sandbox, services.BuildServiceProvider(), time, logs);
        await host.Get<StorageAccount>().EnsureCreatedAsync(Cancel);
        return host;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<ReconciliationReport> ReconcileAsync() => Get<Reconciler>().RunAsync(Cancel);

    /// <summary>Runs the reconciliation and returns one vendor's report.</summary>
    public async Task<VendorReport> ReconcileVendorAsync(string name) =>
        Assert.Single((await ReconcileAsync()).Vendors, v => v.Vendor == name);

    /// <summary>Runs the reconciliation and returns the report of the only vendor.</summary>
    public async Task<VendorReport> ReconcileVendorAsync() => Assert.Single((await ReconcileAsync()).Vendors);

    public Identifier IdentifierOf(string name)
    {
        var address = $"{name}@example.com";
        lock (_addresses)
            _addresses.Add(address);
        return SandboxedSendGrid.Email(address);
    }

    public SubjectKey Customer(string name) => Get<IdentifierProtector>().SubjectOf("customer " + name);

    /// <summary>Registers a customer of the controller.</summary>
    /// <param name="addresses">The e-mail addresses; without any, one with the customer's name.</param>
    public async Task AddCustomerAsync(string name, params string[] addresses)
    {
        Assert.True(await Get<SubjectRegistrar>().SaveAsync(
            Customer(name), [.. (addresses.Length == 0 ? [name] : addresses).Select(IdentifierOf)], "nl", Cancel));
        await DrainAsync();
    }

    public Task StopAsync(string name, string scope = "*,*", Source source = Source.OneClick) =>
        DecideAsync(Customer(name), scope, Decision.Stop, source);

    public Task AllowAsync(string name, string scope = "*,*") => DecideAsync(Customer(name), scope, Decision.Allow, Source.Portal);

    public async Task DecideAsync(SubjectKey subject, string scope, Decision decision, Source source)
    {
        var now = Time.GetUtcNow();
        var seen = decision == Decision.Allow ? (await Get<ConsentStore>().LoadAsync(subject, Cancel)).Number : (long?)null;
        var change = Change.Create(EventIds.New(now), subject, Scope.Parse(scope), decision, now, now, source, seen: seen);
        Assert.Equal(new IntakeResult(true, true), await Get<ChangeIntake>().RecordAsync(change, WaitFor.Visible));
        await DrainAsync();
    }

    /// <summary>Records a Stop that has not been pushed to any vendor yet.</summary>
    /// <param name="ago">How long ago the person decided. The change reaches us now.</param>
    public async Task StopWithoutPushAsync(string name, TimeSpan ago = default)
    {
        var now = Time.GetUtcNow();
        var change = Change.Create(EventIds.New(now), Customer(name), Scope.Everything, Decision.Stop, now - ago, now, Source.OneClick);
        Assert.Equal(new IntakeResult(true, true), await Get<ChangeIntake>().RecordAsync(change, WaitFor.Visible));
    }

    /// <summary>A person acts at SendGrid itself, and the event does not reach us.</summary>
    public Task ActAtSendGridAsync(string name, string kind = "unsubscribe", int group = 0)
    {
        _ = IdentifierOf(name);
        return SendGrid.ActAsync(kind, $"{name}@example.com", group, sendEvent: false, Cancel);
    }

    /// <summary>SendGrid loses its global entry and its group entries for a person.</summary>
    public void RemoveAtSendGrid(string name)
    {
        var address = $"{name}@example.com";
        SendGrid.RemoveGlobal(address);
        foreach (var group in (int[])[Newsletter, Offers, Events])
            SendGrid.RemoveFromGroup(address, group);
    }

    /// <summary>The global list and the groups that contain a person, as in <c>global 101 102</c>.</summary>
    public string ListsOf(string name)
    {
        var address = $"{name}@example.com";
        return string.Join(' ', SendGrid.Global.Where(e => e.Email == address).Select(_ => "global")
            .Concat(
                SendGrid.GroupEntries
                    .Where(e => e.Email == address)
                    .Select(e => e.Group)
                    .Order()
                    .Select(g => g.ToString(CultureInfo.InvariantCulture))));
    }

    public async Task<StopSet> StopsOfAsync(string name) =>
        (await Get<OptOut.Records.ContactPoints.IdentifierIndex>().FindAsync(IdentifierOf(name), Cancel))?.Stops[Channel.Email]
        ?? StopSet.Nothing;

    /// <summary>Handles messages as the trigger of the email channel does, until none are left.</summary>
    public async Task DrainAsync()
    {
        await DrainAsync(Topology.Apply, message => Get<ApplyHandler>().HandleAsync(message, Cancel));
        await DrainAsync(Topology.Email, message => Get<ChannelHandler>().HandleAsync(message, Channel.Email, Cancel));
    }

    private async Task DrainAsync(string subscription, Func<ServiceBusReceivedMessage, Task<Settlement>> handle)
    {
        await using var receiver = Get<ServiceBusClient>().CreateReceiver(Topology.BusTopic, subscription);
        while (await receiver.ReceiveMessagesAsync(100, TimeSpan.FromMilliseconds(100), Cancel) is { Count: > 0 } messages)
        {
            foreach (var message in messages)
            {
                Assert.IsType<Settlement.Complete>(await handle(message));
                await receiver.CompleteMessageAsync(message, Cancel);
            }
        }
    }

    public async Task<string[]> RunBlobsAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Get<StorageAccount>().VendorLists.GetBlobsAsync(BlobTraits.None, BlobStates.None, "", Cancel))
            names.Add(blob.Name);
        return [.. names];
    }

    public async Task<string> ReportBlobAsync(string name) =>
        (await Get<StorageAccount>().Reports.GetBlobClient(name).DownloadContentAsync(Cancel)).Value.Content.ToString();

    /// <summary>Verifies that reports, mails and logs contain no address that the test used.</summary>
    public async Task AssertNoAddressesAsync()
    {
        string[] written =
        [
            await ReportBlobAsync("latest.json"),
            await ReportBlobAsync("latest.html"),
            .. SendGrid.Mails.Select(m => m.Subject + m.PlainText + m.Html),
            .. Logs.Lines,
        ];
        lock (_addresses)
        {
            Assert.All(
                _addresses.Distinct(),
                address => Assert.DoesNotContain(written, w => w.Contains(address, StringComparison.OrdinalIgnoreCase)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var unexpected = Sandbox.Unexpected;
        await _services.DisposeAsync();
        await Sandbox.DisposeAsync();
        await _bus.DisposeAsync();
        Assert.Empty(unexpected);
    }

    private static string Secret(byte fill) => Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray());
}
