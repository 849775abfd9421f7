using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Emulators.ServiceBus;
using OptOut.Messaging;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Messaging;

/// <summary>What callers get from the publisher while others publish too, with the genuine client and the embedded bus.</summary>
public sealed class ChangePublisherTests : IAsyncLifetime
{
    private const string Everything = "everything";

    // Time stands still in these tests, so a caller that nobody answers would wait for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<ChangePublisher> _publishers = [];
    private readonly FakeTimeProvider _time = new();
    private RunningBus? _bus;
    private WatchedBusClient? _client;
    private ChangePublisher? _publisher;

    private ChangePublisher Publisher => _publisher!;

    private WatchedBusClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        // Without duplicate detection, so that a message sent twice arrives twice.
        _bus = await RunningBus.StartAsync(new EmbeddedServiceBusOptions
        {
            Topics = [new TopicDefinition(Topology.BusTopic, [new OptOut.Emulators.ServiceBus.SubscriptionDefinition(Everything)])],
        });
        _client = new WatchedBusClient(RunningBus.NewClient(_bus.ConnectionString, retries: 0));
        _publisher = Create(new PublisherOptions());
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Open();
        foreach (var publisher in _publishers)
            await publisher.DisposeAsync().AsTask().WaitAsync(Patience, TimeProvider.System);
        await _bus!.DisposeAsync();
    }

    [Fact]
    public async Task Messages_published_at_the_same_time_share_sends_and_each_arrives_once()
    {
        const int Count = 1000;
        Client.Close();
        var publishing = PublishAsync(0, Count);
        Client.Open();

        Assert.All(await publishing, Assert.True);

        // The first alone, some that were taken before the others came, and the rest by the hundred.
        Assert.InRange(Client.Sends.Count, 11, 12);
        Assert.Equal(Count, Client.Sends.Sum());
        Assert.Equal(Numbers(0, Count), (await ArrivedAsync(Count)).Order());
    }

    [Fact]
    public async Task A_message_that_comes_alone_is_sent_at_once()
    {
        for (var i = 0; i < 5; i++)
            Assert.True(await Publisher.TryPublishAsync(new PublishedMessage(i)));

        Assert.Equal([1, 1, 1, 1, 1], Client.Sends);
        Assert.Equal([0, 1, 2, 3, 4], await ArrivedAsync(5));
    }

    [Fact]
    public async Task A_refused_batch_is_sent_message_by_message_so_that_only_the_bad_message_is_not_published()
    {
        Client.Refuses = m => m.MessageId == "7";
        Client.Close();
        var publishing = PublishAsync(0, 20);
        Client.Open();

        Assert.Equal(Numbers(0, 20).Select(i => i != 7), await publishing);
        Assert.Equal(Numbers(0, 20).Where(i => i != 7), (await ArrivedAsync(19)).Order());
        Assert.Contains(Client.Sends, sent => sent > 1);
        Assert.False(Publisher.LooksDown);
    }

    [Fact]
    public async Task Messages_that_do_not_fit_together_are_sent_in_several_batches_and_one_that_is_too_large_fails_alone()
    {
        Client.Close();
        var first = Publisher.TryPublishAsync(new PublishedMessage(0));
        var large = Numbers(1, 10).Select(i => Publisher.TryPublishAsync(new PublishedMessage(i, Bytes: 100_000))).ToArray();
        var tooLarge = Publisher.TryPublishAsync(new PublishedMessage(11, Bytes: 300_000));
        var last = Publisher.TryPublishAsync(new PublishedMessage(12));
        Client.Open();

        Assert.All(await AllAsync([first, .. large, last]), Assert.True);
        Assert.False(await tooLarge);
        Assert.False(Publisher.LooksDown);
        Assert.DoesNotContain(Client.Sends, sent => sent > 3);
        Assert.Equal([.. Numbers(0, 11), 12], (await ArrivedAsync(12)).Order());
    }

    [Fact]
    public async Task A_message_that_cannot_be_written_throws_to_its_own_caller()
    {
        Client.Close();
        var good = PublishAsync(0, 3);
        var bad = Publisher.TryPublishAsync(new PublishedMessage(3, Property: new object()));
        var more = PublishAsync(4, 3);
        Client.Open();

        Assert.All([.. await good, .. await more], Assert.True);
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        Assert.Equal([0, 1, 2, 4, 5, 6], (await ArrivedAsync(6)).Order());
    }

    [Fact]
    public async Task When_the_bus_is_down_every_caller_is_told_and_for_a_while_nobody_tries()
    {
        await _bus!.StopAsync();

        Assert.All(await PublishAsync(0, 50), Assert.False);

        Assert.True(Publisher.LooksDown);
        var sends = Client.Sends.Count;
        Assert.InRange(sends, 1, 5);
        Assert.False(await Publisher.TryPublishAsync(new PublishedMessage(50)));
        Assert.Equal(sends, Client.Sends.Count);

        await _bus.RestartAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await Publisher.TryPublishAsync(new PublishedMessage(51)));
        Assert.Equal([51], await ArrivedAsync(1));
    }

    [Fact]
    public async Task Beyond_what_may_wait_a_caller_is_told_at_once()
    {
        var publisher = Create(new PublisherOptions { MaxBatch = 2, MaxWaiting = 3 });
        Client.Close();

        // One alone, two in a batch that is under way, and three that wait.
        var publishing = new List<Task<bool>> { publisher.TryPublishAsync(new PublishedMessage(0)) };
        publishing.AddRange(Numbers(1, 2).Select(i => publisher.TryPublishAsync(new PublishedMessage(i))));
        await OptOutHost.UntilAsync(() => Task.FromResult(Client.Sends.Count >= 2));
        while (publishing.Count < 20 && !publishing[^1].IsCompleted)
            publishing.Add(publisher.TryPublishAsync(new PublishedMessage(publishing.Count)));

        Assert.InRange(publishing.Count, 6, 7);
        Assert.False(await publishing[^1]);
        Assert.False(publisher.LooksDown);
        Client.Open();
        Assert.All(await AllAsync(publishing[..^1]), Assert.True);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_three_seconds()
    {
        Client.Close();
        var publishing = PublishAsync(0, 250);
        await OptOutHost.UntilAsync(() => Task.FromResult(Client.Sends.Count >= 2));

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.All(await publishing, Assert.False);
        Assert.True(Publisher.LooksDown);
        Client.Open();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await Publisher.TryPublishAsync(new PublishedMessage(250)));

        // What nobody waits for any more is in the outbox, and is not sent from here too.
        Assert.Equal([250], await ArrivedAsync(1));
    }

    [Fact]
    public async Task Nobody_waits_longer_than_that_for_the_messages_before_theirs_either()
    {
        var publisher = Create(new PublisherOptions { MaxBatch = 2 });
        Client.Close();
        var publishing = Numbers(0, 10).Select(i => publisher.TryPublishAsync(new PublishedMessage(i))).ToArray();
        await OptOutHost.UntilAsync(() => Task.FromResult(Client.Sends.Count == 2));

        // The first sends succeed just in time, and the next one is then under way.
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Client.Open();
        Client.Close();
        await OptOutHost.UntilAsync(() => Task.FromResult(Client.Sends.Count == 3));
        Assert.All(await AllAsync(publishing[..1]), Assert.True);
        var (sent, begun) = (Client.Sends.Sum() - Client.Sends.Last(), Client.Sends.Sum());
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.All(await AllAsync(publishing[sent..]), Assert.False);
        Assert.All(await AllAsync(publishing[..sent]), Assert.True);
        Assert.False(publisher.LooksDown);
        Client.Open();
        Assert.Equal(Numbers(0, begun), (await ArrivedAsync(begun)).Order());
    }

    [Fact]
    public async Task Disposal_sends_what_waits_and_takes_nothing_more()
    {
        Client.Close();
        var publishing = PublishAsync(0, 250);

        var disposing = Publisher.DisposeAsync().AsTask();
        Assert.False(await Publisher.TryPublishAsync(new PublishedMessage(250)));
        Client.Open();
        await disposing.WaitAsync(Patience, TimeProvider.System);

        Assert.All(await publishing, Assert.True);
        Assert.Equal(Numbers(0, 250), (await ArrivedAsync(250)).Order());
        Assert.False(await Publisher.TryPublishAsync(new PublishedMessage(251)));
    }

    [Fact]
    public async Task Disposal_without_a_bus_answers_everybody()
    {
        Client.Close();
        var publishing = PublishAsync(0, 250);
        await _bus!.StopAsync();
        Client.Open();

        await Publisher.DisposeAsync().AsTask().WaitAsync(Patience, TimeProvider.System);

        Assert.All(await publishing, Assert.False);
    }

    [Fact]
    public async Task A_message_in_a_batch_stays_in_the_trace_of_its_own_caller()
    {
        Client.Close();
        var first = Publisher.TryPublishAsync(new PublishedMessage(0));
        var callers = Numbers(1, 3).Select(_ => new Activity("caller").SetIdFormat(ActivityIdFormat.W3C)).ToArray();
        var publishing = callers.Select((caller, i) =>
        {
            caller.Start();
            var published = Publisher.TryPublishAsync(new PublishedMessage(1 + i));
            caller.Stop();
            return published;
        }).ToArray();
        Client.Open();
        await AllAsync([first, .. publishing]);

        var received = await ReceivedAsync(4);
        Assert.Equal(
            callers.Select(c => c.Id), received.OrderBy(m => m.MessageId).Skip(1).Select(m => m.ApplicationProperties["Diagnostic-Id"]));
    }

    private ChangePublisher Create(PublisherOptions options)
    {
        var publisher = new ChangePublisher(Client, Options.Create(options), _time, NullLogger<ChangePublisher>.Instance);
        _publishers.Add(publisher);
        return publisher;
    }

    private Task<bool[]> PublishAsync(int from, int count) =>
        AllAsync(Numbers(from, count).Select(i => Publisher.TryPublishAsync(new PublishedMessage(i))));

    private static Task<bool[]> AllAsync(IEnumerable<Task<bool>> publishing) =>
        Task.WhenAll(publishing).WaitAsync(Patience, TimeProvider.System);

    private static IEnumerable<int> Numbers(int from, int count) => Enumerable.Range(from, count);

    private async Task<List<int>> ArrivedAsync(int count) =>
        [.. (await ReceivedAsync(count)).Select(m => int.Parse(m.MessageId, System.Globalization.CultureInfo.InvariantCulture))];

    // Fails too if more arrive.
    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceivedAsync(int count)
    {
        await using var receiver = _bus!.Client.CreateReceiver(
            Topology.BusTopic, Everything, new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var received = await receiver.Next(count);
        await receiver.HasNoMessage();
        return received;
    }
}
