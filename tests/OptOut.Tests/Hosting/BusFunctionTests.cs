using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.ServiceBus;
using OptOut.Platform;

namespace OptOut.Tests.Hosting;

/// <summary>Service Bus functions with the real client and an embedded bus.</summary>
public sealed class BusFunctionTests : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly Inbox _inbox = new();
    private EmbeddedServiceBus _bus = null!;
    private ServiceBusClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _bus = await StartBus(port: 0);
        _client = new ServiceBusClient(
            _bus.ConnectionString,
            new ServiceBusClientOptions
            {
                RetryOptions = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(100), TryTimeout = TimeSpan.FromSeconds(2) },
            });
    }

    [Fact]
    public async Task A_completed_message_is_delivered_once()
    {
        await using var host = await Start(typeof(Completes));

        await Send("one", "two");

        Assert.Equal(["one", "two"], new[] { (await _inbox.Next()).Body, (await _inbox.Next()).Body }.Order());
        await Task.Delay(200, Cancel);
        Assert.Equal(2, _inbox.Count);
        Assert.Empty(await Waiting());
    }

    [Fact]
    public async Task If_a_function_throws_the_error_is_logged_and_the_message_is_delivered_again()
    {
        await using var host = await Start(typeof(ThrowsFirst));

        await Send("one");

        Assert.Equal(("one", 1), await _inbox.Next());
        Assert.Equal(("one", 2), await _inbox.Next());
        Assert.Single(host.Log, line => line
            == "Error: ThrowsFirst failed on message id-one, delivery 1; the message is returned to the bus <- TimeZoneNotFoundException");
    }

    [Fact]
    public async Task A_message_is_dead_lettered_with_its_reason()
    {
        await using var host = await Start(typeof(DeadLetters));

        await Send("one");
        await _inbox.Next();

        await using var receiver = _client.CreateReceiver(
            "changes", "email", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var dead = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(
            ("Rejected", "No such list.", "sendgrid"),
            (dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.ApplicationProperties["vendor"]));
    }

    [Fact]
    public async Task An_abandoned_message_is_delivered_again_with_its_modified_properties()
    {
        await using var host = await Start(typeof(AbandonsFirst));

        await Send("one");

        Assert.Equal("one", (await _inbox.Next()).Body);
        Assert.Equal("one, tried", (await _inbox.Next()).Body);
    }

    [Fact]
    public async Task With_AutoCompleteMessages_a_message_is_completed_when_the_function_returns()
    {
        await using var host = await Start(typeof(CompletedByReturn));

        await Send("one");
        await _inbox.Next();

        await Task.Delay(200, Cancel);
        Assert.Empty(await Waiting());
    }

    [Fact]
    public async Task As_many_messages_are_handled_concurrently_as_host_json_allows()
    {
        var hostJson = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            hostJson, """{ "extensions": { "serviceBus": { "maxConcurrentCalls": 3, "autoCompleteMessages": false } } }""", Cancel);
        _inbox.Hold = new TaskCompletionSource();
        await using var host = await Start(typeof(Completes), hostJson);

        await Send("1", "2", "3", "4", "5");
        for (var i = 0; i < 3; i++)
            await _inbox.Next();
        await Task.Delay(300, Cancel);
        Assert.Equal(3, _inbox.Count);
        _inbox.Hold.SetResult();
        await _inbox.Next();
        await _inbox.Next();

        File.Delete(hostJson);
    }

    [Fact]
    public async Task The_subscription_name_can_come_from_a_setting()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Subscription", "email")]).Build();
        await using var host = await Start(typeof(NamedBySetting), settings: settings);

        await Send("one");

        Assert.Equal("one", (await _inbox.Next()).Body);
    }

    [Fact]
    public async Task A_bus_that_is_unavailable_at_startup_is_used_once_it_is_available()
    {
        var port = _bus.Port;
        await _bus.DisposeAsync();
        await using var host = await Start(typeof(Completes));
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);

        _bus = await StartBus(port);
        await Send("one");

        Assert.Equal("one", (await _inbox.Next()).Body);
        Assert.Single(host.Log, line => line.StartsWith("Warning: Completes cannot reach the bus (", StringComparison.Ordinal));
        Assert.Contains("Information: Completes reaches the bus again", host.Log);
    }

    [Fact]
    public async Task The_functions_reconnect_to_a_bus_that_was_restarted()
    {
        await using var host = await Start(typeof(Completes));
        await Send("before");
        await _inbox.Next();

        var port = _bus.Port;
        await _bus.DisposeAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
        _bus = await StartBus(port);
        await Send("after");

        Assert.Equal("after", (await _inbox.Next()).Body);
    }

    [Fact]
    public async Task Stopping_the_host_waits_for_the_message_that_is_being_handled()
    {
        _inbox.Hold = new TaskCompletionSource();
        var host = await Start(typeof(Completes));
        await Send("one");
        await _inbox.Next();

        var stopped = host.DisposeAsync().AsTask();
        await Task.Delay(200, Cancel);
        Assert.False(stopped.IsCompleted);
        _inbox.Hold.SetResult();
        await stopped;

        Assert.Empty(await Waiting());
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _bus.DisposeAsync();
    }

    private static Task<EmbeddedServiceBus> StartBus(int port) =>
        EmbeddedServiceBus.StartAsync(new() { Port = port, Topics = [new("changes", [new("email")])] }, Cancel);

    private Task<LocalHost> Start(Type functions, string? hostJson = null, IConfiguration? settings = null) => LocalHost.StartAsync(
        functions,
        options => options with { HostJsonPath = hostJson ?? options.HostJsonPath, Configuration = settings ?? options.Configuration },
        services => services.AddSingleton(_inbox).AddSingleton(_client));

    private async Task Send(params string[] bodies)
    {
        await using var sender = _client.CreateSender("changes");
        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body) { MessageId = $"id-{body}" }), Cancel);
    }

    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> Waiting()
    {
        await using var receiver = _client.CreateReceiver("changes", "email");
        return await receiver.PeekMessagesAsync(10, cancellationToken: Cancel);
    }

    public sealed class Inbox
    {
        private readonly Channel<(string, int)> _received = Channel.CreateUnbounded<(string, int)>();
        private int _count;

        public int Count => _count;

        public TaskCompletionSource? Hold { get; set; }

        public async Task Record(ServiceBusReceivedMessage message, string note = "")
        {
            Interlocked.Increment(ref _count);
            await _received.Writer.WriteAsync((message.Body + note, message.DeliveryCount));
            if (Hold is not null)
                await Hold.Task;
        }

        public async Task<(string Body, int Delivery)> Next()
        {
            using var limit = TimeProvider.System.Limit(TimeSpan.FromSeconds(30), Cancel);
            return await _received.Reader.ReadAsync(limit.Token);
        }
    }

    public sealed class Completes(Inbox inbox)
    {
        [Function("Completes")]
        public async Task Run(
            [ServiceBusTrigger("changes", "email", Connection = "Bus")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
        {
            await inbox.Record(message);
            await actions.CompleteMessageAsync(message);
        }
    }

    public sealed class ThrowsFirst(Inbox inbox)
    {
        [Function("ThrowsFirst")]
        public async Task Run(
            [ServiceBusTrigger("changes", "email")] ServiceBusReceivedMessage message,
            ServiceBusMessageActions actions,
            CancellationToken cancellationToken)
        {
            await inbox.Record(message);
            if (message.DeliveryCount == 1)
                throw new TimeZoneNotFoundException();
            await actions.CompleteMessageAsync(message, cancellationToken);
        }
    }

    public sealed class DeadLetters(Inbox inbox)
    {
        [Function("DeadLetters")]
        public async Task Run([ServiceBusTrigger("changes", "email")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
        {
            await actions.RenewMessageLockAsync(message);
            await actions.DeadLetterMessageAsync(message, new() { ["vendor"] = "sendgrid" }, "Rejected", "No such list.");
            await inbox.Record(message);
        }
    }

    public sealed class AbandonsFirst(Inbox inbox)
    {
        [Function("AbandonsFirst")]
        public async Task Run([ServiceBusTrigger("changes", "email")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
        {
            await inbox.Record(message, message.ApplicationProperties.TryGetValue("note", out var note) ? $", {note}" : "");
            if (message.DeliveryCount == 1)
                await actions.AbandonMessageAsync(message, new Dictionary<string, object> { ["note"] = "tried" });
            else
                await actions.CompleteMessageAsync(message);
        }
    }

    public sealed class CompletedByReturn(Inbox inbox)
    {
        [Function("CompletedByReturn")]
        public Task Run([ServiceBusTrigger("changes", "email", AutoCompleteMessages = true)] ServiceBusReceivedMessage message) =>
            inbox.Record(message);
    }

    public sealed class NamedBySetting(Inbox inbox)
    {
        [Function("NamedBySetting")]
        public Task Run([ServiceBusTrigger("changes", "%Subscription%", AutoCompleteMessages = true)] ServiceBusReceivedMessage message) =>
            inbox.Record(message);
    }
}
