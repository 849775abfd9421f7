using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

/// <summary>A bus on a free port with a genuine client, both gone at the end of the test.</summary>
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

    /// <summary>The beginning of an outage.</summary>
    public ValueTask StopAsync() => _bus.DisposeAsync();

    /// <summary>The end of an outage: the same port, the same folder.</summary>
    public async Task StartAgainAsync() =>
        _bus = await EmbeddedServiceBus.StartAsync(_options with { Port = Port }, TestContext.Current.CancellationToken);

    public static EmbeddedServiceBusOptions WithOneSubscription(Func<SubscriptionDefinition, SubscriptionDefinition>? change = null) => new()
    {
        Topics = [new TopicDefinition(Topic, [(change ?? (it => it))(new SubscriptionDefinition(Everything))])],
    };

    public ServiceBusClient NewClient() => NewClient(ConnectionString);

    /// <summary>Retries soon, so that a test of an outage is over soon.</summary>
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

    public ServiceBusReceiver Receiver(string subscription = Everything, ServiceBusReceiveMode mode = ServiceBusReceiveMode.PeekLock, int prefetch = 0) =>
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
    // Long enough for a busy machine; never waited for when the message is there.
    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(30);

    // Messages travel in well under a millisecond here: what has not come by now was not sent.
    private static readonly TimeSpan NothingComes = TimeSpan.FromMilliseconds(250);

    public static async Task<ServiceBusReceivedMessage> Next(this ServiceBusReceiver receiver) =>
        await receiver.ReceiveMessageAsync(Arrival, TestContext.Current.CancellationToken) ?? throw new TimeoutException("No message came.");

    public static async Task HasNothing(this ServiceBusReceiver receiver) =>
        Assert.Null(await receiver.ReceiveMessageAsync(NothingComes, TestContext.Current.CancellationToken));

    /// <summary>A processor settles after its handler returned: waits until nothing is left, held or not.</summary>
    public static async Task IsEmptied(this ServiceBusReceiver receiver)
    {
        while (await receiver.PeekMessageAsync(fromSequenceNumber: 0, TestContext.Current.CancellationToken) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
    }

    public static async Task<IReadOnlyList<ServiceBusReceivedMessage>> Next(this ServiceBusReceiver receiver, int count)
    {
        var messages = new List<ServiceBusReceivedMessage>();
        while (messages.Count < count)
        {
            var more = await receiver.ReceiveMessagesAsync(count - messages.Count, Arrival, TestContext.Current.CancellationToken);
            if (more.Count == 0)
                throw new TimeoutException($"Only {messages.Count} of {count} messages came.");
            messages.AddRange(more);
        }

        return messages;
    }
}
