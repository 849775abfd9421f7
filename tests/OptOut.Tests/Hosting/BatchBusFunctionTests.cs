using System.Collections.Concurrent;
using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.ServiceBus;
using OptOut.Platform;

namespace OptOut.Tests.Hosting;

/// <summary>Functions that take batches, with the real client and an embedded bus.</summary>
public sealed class BatchBusFunctionTests : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly Inbox _inbox = new();
    private EmbeddedServiceBus _bus = null!;
    private ServiceBusClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _bus = await EmbeddedServiceBus.StartAsync(
            new() { Port = 0, Topics = [new("changes", [new("email") { LockDuration = TimeSpan.FromSeconds(5) }])] }, Cancel);
        _client = new ServiceBusClient(_bus.ConnectionString);
    }

    [Fact]
    public async Task One_batch_runs_at_a_time_and_the_messages_that_come_meanwhile_are_in_the_next_up_to_the_limit()
    {
        var hostJson = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            hostJson, """{ "extensions": { "serviceBus": { "maxMessageBatchSize": 3, "autoCompleteMessages": false } } }""", Cancel);
        _inbox.Hold = new TaskCompletionSource();
        await using var host = await Start(typeof(Completes), hostJson);

        await Send("1");
        Assert.Equal(["1"], await _inbox.Next());
        await Send("2", "3", "4", "5");
        await Task.Delay(300, Cancel);
        Assert.Equal(1, _inbox.Count);
        _inbox.Hold.SetResult();

        var rest = new List<string>();
        while (rest.Count < 4)
        {
            var batch = await _inbox.Next();
            Assert.InRange(batch.Length, 1, 3);
            rest.AddRange(batch);
        }

        Assert.Equal(["2", "3", "4", "5"], rest);
        Assert.Empty(await Waiting());
        File.Delete(hostJson);
    }

    [Fact]
    public async Task What_a_function_that_throws_has_not_settled_is_delivered_again_and_the_rest_is_not()
    {
        await using var host = await Start(typeof(CompletesOneAndThrows));

        await Send("1", "2", "3");

        var seen = new List<string>();
        while (seen.Distinct(StringComparer.Ordinal).Count() < 3 || _inbox.Completed.Count < 3)
            seen.AddRange(await _inbox.Next());
        Assert.Equal(["1", "2", "3"], _inbox.Completed.Order());
        Assert.Contains(host.Log, line => line.StartsWith("Error: CompletesOneAndThrows failed on a batch of ", StringComparison.Ordinal));
        await Task.Delay(300, Cancel);
        Assert.Empty(await Waiting());
    }

    [Fact]
    public async Task With_AutoCompleteMessages_the_batch_is_completed_when_the_function_returns()
    {
        await using var host = await Start(typeof(CompletedByReturn));

        await Send("1", "2");
        for (var seen = 0; seen < 2;)
            seen += (await _inbox.Next()).Length;

        await OptOutHost.UntilAsync(async () => (await Waiting()).Count == 0);
    }

    [Fact]
    public async Task Stopping_the_host_waits_for_the_batch_that_is_being_handled()
    {
        _inbox.Hold = new TaskCompletionSource();
        var host = await Start(typeof(Completes));
        await Send("1");
        await _inbox.Next();

        var stopped = host.DisposeAsync().AsTask();
        await Task.Delay(200, Cancel);
        Assert.False(stopped.IsCompleted);
        _inbox.Hold.SetResult();
        await stopped;

        Assert.Empty(await Waiting());
    }

    [Fact]
    public async Task A_batch_needs_a_parameter_for_a_batch()
    {
        var refused = await Assert.ThrowsAsync<OptOut.Local.CannotStartException>(() => Start(typeof(TakesOneOfABatch)));

        Assert.Contains("nothing binds the parameter 'message' of type ServiceBusReceivedMessage", refused.Message, StringComparison.Ordinal);
        Assert.Contains("It may take ServiceBusReceivedMessage[],", refused.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _bus.DisposeAsync();
    }

    private Task<LocalHost> Start(Type functions, string? hostJson = null) => LocalHost.StartAsync(
        functions,
        options => options with { HostJsonPath = hostJson ?? options.HostJsonPath },
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
        private readonly Channel<string[]> _received = Channel.CreateUnbounded<string[]>();
        private int _count;

        public int Count => _count;

        public ConcurrentQueue<string> Completed { get; } = [];

        public TaskCompletionSource? Hold { get; set; }

        public async Task Record(ServiceBusReceivedMessage[] batch)
        {
            Interlocked.Increment(ref _count);
            await _received.Writer.WriteAsync([.. batch.Select(m => m.Body.ToString())]);
            if (Hold is not null)
                await Hold.Task;
        }

        public async Task<string[]> Next()
        {
            using var limit = TimeProvider.System.Limit(TimeSpan.FromSeconds(30), Cancel);
            return await _received.Reader.ReadAsync(limit.Token);
        }
    }

    public sealed class Completes(Inbox inbox)
    {
        [Function("Completes")]
        public async Task Run(
            [ServiceBusTrigger("changes", "email", IsBatched = true)] ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions)
        {
            await inbox.Record(messages);
            foreach (var message in messages)
                await actions.CompleteMessageAsync(message, CancellationToken.None);
        }
    }

    public sealed class CompletesOneAndThrows(Inbox inbox)
    {
        [Function("CompletesOneAndThrows")]
        public async Task Run(
            [ServiceBusTrigger("changes", "email", IsBatched = true)] ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions)
        {
            await actions.CompleteMessageAsync(messages[0]);
            inbox.Completed.Enqueue(messages[0].Body.ToString());
            await inbox.Record(messages);
            throw new TimeZoneNotFoundException();
        }
    }

    public sealed class CompletedByReturn(Inbox inbox)
    {
        [Function("CompletedByReturn")]
        public Task Run(
            [ServiceBusTrigger("changes", "email", IsBatched = true, AutoCompleteMessages = true)] ServiceBusReceivedMessage[] messages) =>
            inbox.Record(messages);
    }

    public sealed class TakesOneOfABatch(Inbox inbox)
    {
        [Function("TakesOneOfABatch")]
        public Task Run([ServiceBusTrigger("changes", "email", IsBatched = true)] ServiceBusReceivedMessage message) =>
            inbox.Record([message]);
    }
}
