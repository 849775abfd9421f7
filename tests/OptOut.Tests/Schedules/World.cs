using System.Reflection;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Tests.Schedules.Exploration;
using OptOut.Tests.Schedules.InMemory;
using OptOut.Vendors;

namespace OptOut.Tests.Schedules;

/// <summary>
/// The product as it registers itself, with the network replaced: tables, bus, vendors and mail are in memory, and each request to them is
/// an operation of the scheduler. Subscriptions without a vendor are left out, because their handlers do what the others do.
/// </summary>
internal sealed class World : IDisposable
{
    private static readonly DateTimeOffset Morning = new(2026, 5, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly ServiceProvider Shared = CreateShared();

    private readonly ServiceProvider _services;
    private readonly Channel[] _channels;
    private readonly Dictionary<Actor, QueuedMessage> _deliveries = [];
    private int _messages;

    public World(IStrategy strategy, params Channel[] channels)
    {
        _channels = channels;
        Time = new ScheduledTime(Morning);
        Scheduler = new Scheduler(strategy);
        Time.Scheduler = Scheduler;
        Scheduler.OnTimeOut = Time.Expire;
        Scheduler.OnDeliverAgain = actor => Bus!.Redeliver(_deliveries[actor]);
        Tables = new TableService(Time);
        Bus = new MemoryBus(Time, Deliver);
        Mail = new MemoryMail(Scheduler, i => Names.Of(i));
        Vendors = [.. channels.Select(c => new MemoryVendor(c, Scheduler, i => Names.Of(i)))];
        _services = CreateServices();
    }

    public ScheduledTime Time { get; }

    public Scheduler Scheduler { get; }

    public TableService Tables { get; }

    public MemoryBus Bus { get; }

    public MemoryMail Mail { get; }

    public IReadOnlyList<MemoryVendor> Vendors { get; }

    public Names Names { get; } = new();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public bool CanDeliverAgain(Actor actor) =>
        _deliveries.TryGetValue(actor, out var delivery) && delivery.Count < Topology.MaxDeliveryCount - 2;

    // Everything in it ends at once: nothing here has a connection.
    public void Dispose() => _services.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static ServiceProvider CreateShared()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddOptOut(Configuration());
        return services.BuildServiceProvider();
    }

    private static IConfiguration Configuration()
    {
        var settings = OptOutSettings.Company(
            "UseDevelopmentStorage=true", "Endpoint=sb://unused/;SharedAccessKeyName=a;SharedAccessKey=eA==");
        settings["OptOut:FanOut:FirstRetry"] = settings["OptOut:FanOut:LongestRetry"] = "00:00:10";

        // Each actor stands for a process of its own, which may die alone: no two share a send.
        settings["OptOut:Publisher:MaxBatch"] = "1";
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    private ServiceProvider CreateServices()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddOptOut(Configuration());
        services.RemoveAll<IVendor>();
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
        services.Replace(ServiceDescriptor.Singleton<ServiceBusClient>(new MemoryBusClient(Bus, SendAsync)));
        services.Replace(ServiceDescriptor.Singleton<IMailSender>(Mail));
        services.Replace(ServiceDescriptor.Singleton(Storage()));
        // Neither holds anything of one schedule, and both are slow to make.
        services.Replace(ServiceDescriptor.Singleton(Shared.GetRequiredService<ConfirmationMail>()));
        services.Replace(ServiceDescriptor.Singleton(Shared.GetRequiredService<OptOut.Identity.IdentifierProtector>()));
        foreach (var vendor in Vendors)
            services.AddSingleton<IVendor>(vendor);
        return services.BuildServiceProvider();
    }

    // The genuine account, with the genuine clients: only their transport and the pauses between their attempts are others.
    private StorageAccount Storage()
    {
        var account = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = "UseDevelopmentStorage=true" }),
            new Lazy<TokenCredential>(() => throw new NotSupportedException()),
            NullLogger<StorageAccount>.Instance,
            []);
        var options = new TableClientOptions
        {
            Transport = new MemoryTableTransport(Tables, AnswerAsync),
            Retry = { MaxRetries = 2, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, NetworkTimeout = Timeout.InfiniteTimeSpan },
            Diagnostics = { IsDistributedTracingEnabled = false, IsLoggingEnabled = false },
        };
        options.AddPolicy(new AvailabilityPolicy(NullLogger.Instance), HttpPipelinePosition.PerCall);
        var service = new TableServiceClient("UseDevelopmentStorage=true", options);
        foreach (var property in typeof(StorageAccount).GetProperties().Where(p => p.PropertyType == typeof(TableClient)))
        {
            var name = ((TableClient)property.GetValue(account)!).Name;
            typeof(StorageAccount)
                .GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!
                .SetValue(account, service.GetTableClient(name));
        }

        return account;
    }

    private Task<MemoryResponse> AnswerAsync(ArrivedRequest request, CancellationToken cancellationToken) => Scheduler.AtAsync(
        request.IsWrite ? OperationKind.Write : OperationKind.Read,
        Names.Describe(request.Actions),
        fate =>
        {
            if (fate == Fate.FailBefore)
            {
                var busy = TableService.Error(503, "ServerBusy", "The server is busy.");
                return (new MemoryResponse(busy.Status, busy.Body, "application/json", null), "503, nothing done");
            }

            var answer = request.Execute();
            return fate == Fate.Succeed ? answer : throw new IOException("The answer was lost.");
        },
        cancellationToken);

    private Task<long> SendAsync(SentMessage sent, CancellationToken cancellationToken) => Scheduler.AtAsync(
        OperationKind.Send,
        $"{(sent.Due is null ? "publish" : "schedule")} {Names.Describe(sent.Message)}",
        fate =>
        {
            var number = fate == Fate.FailBefore ? 0 : sent.Execute();
            return fate == Fate.Succeed
                ? (number, "accepted")
                : throw new ServiceBusException("The bus does not answer.", ServiceBusFailureReason.ServiceCommunicationProblem);
        },
        cancellationToken);

    private void Deliver(QueuedMessage delivery)
    {
        Func<ServiceBusReceivedMessage, Task<Settlement>>? handle = delivery.Subscription switch
        {
            Topology.Apply => m => Get<ApplyHandler>().HandleAsync(m, CancellationToken.None),
            Topology.VendorRetry => m => Get<ChannelHandler>().RetryAsync(m, CancellationToken.None),
            Topology.Confirmation => m => Get<ConfirmationHandler>().HandleAsync(m, CancellationToken.None),
            var s when Channels.TryParse(s, out var channel) && _channels.Contains(channel) =>
                m => Get<ChannelHandler>().HandleAsync(m, channel, CancellationToken.None),
            _ => null,
        };
        if (handle is null)
            return;
        var name = $"{delivery.Subscription}#{++_messages}";
        Actor? actor = null;
        actor = Scheduler.Start(name, () => HandleAsync(delivery, handle), $"receives {Names.Describe(delivery.Message)}");
        actor.OnCrash = () => Bus.Redeliver(delivery);
        _deliveries[actor] = delivery;
    }

    private async Task HandleAsync(QueuedMessage delivery, Func<ServiceBusReceivedMessage, Task<Settlement>> handle)
    {
        try
        {
            if (await handle(delivery.ToReceived()) is Settlement.DeadLetter)
                Bus.DeadLetters.Add(delivery);
        }
        catch (Exception e) when (e is ServiceBusException or StoreUnavailableException or OperationCanceledException)
        {
            // The trigger abandons the message of a function that fails.
            Bus.Redeliver(delivery);
        }
    }
}
