using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

public sealed class OutageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EmbeddedServiceBusOptions Options => RunningBus.WithOneSubscription() with { DataFolder = _folder.Path };

    [Fact]
    public async Task Senders_receivers_and_processors_recover_after_the_bus_restarts_on_the_same_port()
    {
        await using var bus = await RunningBus.StartAsync(Options);
        await using var sender = bus.Sender();
        await using var processor = bus.Client.CreateProcessor(RunningBus.Topic, RunningBus.Everything);
        var processed = new BlockingCollection<string>();
        processor.ProcessMessageAsync += args =>
        {
            processed.Add(args.Message.Body.ToString());
            return Task.CompletedTask;
        };
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        await processor.StartProcessingAsync(Cancellation);
        await sender.SendMessageAsync(new ServiceBusMessage("before"), Cancellation);
        Assert.Equal("before", Take());
        await using (var peeking = bus.Receiver())
            await peeking.WaitUntilEmpty();

        await bus.StopAsync();
        await using var stopped = RunningBus.NewClient(bus.ConnectionString, retries: 0);
        var down = await Assert.ThrowsAsync<ServiceBusException>(
            () => stopped.CreateSender(RunningBus.Topic).SendMessageAsync(new ServiceBusMessage("down"), Cancellation));
        Assert.Equal(ServiceBusFailureReason.ServiceCommunicationProblem, down.Reason);
        var during = sender.SendMessageAsync(new ServiceBusMessage("during"), Cancellation);
        await Task.Delay(300, Cancellation);
        Assert.False(during.IsCompleted);

        await bus.RestartAsync();

        await during.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal("during", Take());
        await sender.SendMessageAsync(new ServiceBusMessage("after"), Cancellation);
        Assert.Equal("after", Take());
        await processor.StopProcessingAsync(Cancellation);
        Assert.Empty(processed);

        string Take() =>
            processed.TryTake(out var body, TimeSpan.FromSeconds(60)) ? body : throw new TimeoutException("Nothing was processed.");
    }

    [Fact]
    public async Task A_lock_taken_before_an_outage_is_lost_but_its_message_is_delivered_again()
    {
        await using var bus = await RunningBus.StartAsync(Options);
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("held"), Cancellation);
        await using var receiver = bus.Receiver();
        var held = await receiver.Next();

        await bus.StopAsync();
        await bus.RestartAsync();

        var lost = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.CompleteMessageAsync(held, Cancellation));
        Assert.Equal(ServiceBusFailureReason.MessageLockLost, lost.Reason);
        Assert.Equal(2, (await receiver.Next()).DeliveryCount);
    }

    [Fact]
    public async Task The_locks_of_a_lost_connection_last_until_they_expire()
    {
        await using var bus = await RunningBus.StartAsync(
            RunningBus.WithOneSubscription(it => it with { LockDuration = TimeSpan.FromSeconds(2) }));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("held"), Cancellation);
        var lost = bus.NewClient();
        await lost.CreateReceiver(RunningBus.Topic, RunningBus.Everything).Next();
        await lost.DisposeAsync();

        await using var receiver = bus.Receiver();
        await receiver.HasNoMessage();
        Assert.Equal(2, (await receiver.Next()).DeliveryCount);
    }

    [Fact]
    public async Task Without_a_data_folder_stopping_the_bus_discards_its_messages()
    {
        await using var bus = await RunningBus.StartAsync(Options with { DataFolder = null });
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("gone"), Cancellation);

        await bus.StopAsync();
        await bus.RestartAsync();

        await using var receiver = bus.Receiver();
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task The_error_for_a_port_in_use_names_the_port_in_one_line()
    {
        await using var bus = await RunningBus.StartAsync();

        var problem = await Assert.ThrowsAsync<IOException>(
            () => EmbeddedServiceBus.StartAsync(Options with { Port = bus.Port }, Cancellation));

        Assert.StartsWith($"The embedded Service Bus cannot listen on 127.0.0.1:{bus.Port}: ", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task The_error_for_a_data_folder_in_use_names_the_folder()
    {
        await using var bus = await EmbeddedServiceBus.StartAsync(Options, Cancellation);

        var problem = await Assert.ThrowsAsync<IOException>(() => EmbeddedServiceBus.StartAsync(Options, Cancellation));

        Assert.Contains(_folder.Path, problem.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
