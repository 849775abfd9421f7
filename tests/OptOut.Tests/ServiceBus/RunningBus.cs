using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

/// <summary>An embedded Service Bus on a free port with the real Azure client. Both are disposed at the end of the test.</summary>
internal sealed class RunningBus : IAsyncDisposable
{
    public const string Topic = "changes";
    public const string Everything = "everything";

    private readonly EmbeddedServiceBusOptions _options;
    private EmbeddedServiceBus _bus;

    private RunningBus(EmbeddedServiceBusOptions options, EmbeddedServiceBus bus)
    {
        (_options, _bus) = (options, bus);
        Client = NewClient();
    }

    public ServiceBusClient Client { get; }

    public string ConnectionString => _bus.ConnectionString;

    public int Port => _bus.Port;

    public static async Task<RunningBus> StartAsync(EmbeddedServiceBusOptions? options = null)
    {
        options ??= WithOneSubscription();
        return new(options, await EmbeddedServiceBus.StartAsync(options, TestContext.Current.CancellationToken));
    }

    /// <summary>Starts an outage.</summary>
    public ValueTask StopAsync() => _bus.DisposeAsync();

    /// <summary>Ends an outage: restarts the bus on the same port with the same data folder.</summary>
    public async Task RestartAsync() =>
        _bus = await EmbeddedServiceBus.StartAsync(_options with { Port = Port }, TestContext.Current.CancellationToken);

    public static EmbeddedServiceBusOptions WithOneSubscription(Func<SubscriptionDefinition, SubscriptionDefinition>? change = null) =>
        new()
        {
            Topics = [new TopicDefinition(Topic, [(change ?? (it => it))(new SubscriptionDefinition(Everything))])],
        };

    public ServiceBusClient NewClient() => NewClient(ConnectionString);

    /// <summary>Creates a client with short retry intervals, so that tests of an outage finish quickly.</summary>
    public static ServiceBusClient NewClient(string connectionString, int retries = 50) => new(connectionString, new ServiceBusClientOptions
    {
        RetryOptions = new ServiceBusRetryOptions
        {
            Mode = ServiceBusRetryMode.Fixed,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxRetries = retries,
            TryTimeout = TimeSpan.FromSeconds(10),
        },
    });

    public ServiceBusSender Sender(string topic = Topic) => Client.CreateSender(topic);

    public ServiceBusReceiver Receiver(
        string subscription = Everything, ServiceBusReceiveMode mode = ServiceBusReceiveMode.PeekLock, int prefetch = 0) =>
        Client.CreateReceiver(Topic, subscription, new ServiceBusReceiverOptions { ReceiveMode = mode, PrefetchCount = prefetch });

    public ServiceBusReceiver DeadLetters(string subscription = Everything) =>
        Client.CreateReceiver(Topic, subscription, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _bus.DisposeAsync();
    }
}

internal static class Receiving
{
    // Long enough for a busy machine. Receiving returns as soon as a message arrives.
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(30);

    // A message arrives in well under a millisecond here. If none has arrived by then, none was sent.
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromMilliseconds(250);

    public static async Task<ServiceBusReceivedMessage> Next(this ServiceBusReceiver receiver) =>
        await receiver.ReceiveMessageAsync(ArrivalTimeout, TestContext.Current.CancellationToken)
        ?? throw new TimeoutException("No message arrived.");

    public static async Task HasNoMessage(this ServiceBusReceiver receiver) =>
        Assert.Null(await receiver.ReceiveMessageAsync(QuietPeriod, TestContext.Current.CancellationToken));

    /// <summary>Waits until no message is left, locked or not. A processor settles a message only after its handler has returned.</summary>
    public static async Task WaitUntilEmpty(this ServiceBusReceiver receiver)
    {
        while (await receiver.PeekMessageAsync(fromSequenceNumber: 0, TestContext.Current.CancellationToken) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
    }

    public static async Task<IReadOnlyList<ServiceBusReceivedMessage>> Next(this ServiceBusReceiver receiver, int count)
    {
        var messages = new List<ServiceBusReceivedMessage>();
        while (messages.Count < count)
        {
            var more = await receiver.ReceiveMessagesAsync(count - messages.Count, ArrivalTimeout, TestContext.Current.CancellationToken);
            if (more.Count == 0)
                throw new TimeoutException($"Only {messages.Count} of {count} messages arrived.");
            messages.AddRange(more);
        }

        return messages;
    }
}
