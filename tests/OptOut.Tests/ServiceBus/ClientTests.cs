using System.Collections.Concurrent;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

/// <summary>What the client library does on its own: batches, prefetch, processors, waiting, errors.</summary>
public sealed class ClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_arrives_whole_and_in_order()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var sender = bus.Sender();
        using var batch = await sender.CreateMessageBatchAsync(Cancellation);
        var count = 0;
        while (batch.TryAddMessage(new ServiceBusMessage(new string('x', 1000)) { MessageId = $"{count}" }))
            count++;
        Assert.InRange(count, 200, 256);

        await sender.SendMessagesAsync(batch, Cancellation);

        await using var receiver = bus.Receiver();
        var messages = await receiver.Next(count);
        Assert.Equal(Enumerable.Range(0, count).Select(number => $"{number}"), messages.Select(message => message.MessageId));
        Assert.Equal(Enumerable.Range(1, count).Select(number => (long)number), messages.Select(message => message.SequenceNumber));
        await receiver.HasNoMessage();
    }

    [Theory]
    [InlineData(200_000)] // several frames
    [InlineData(0)]
    public async Task A_body_of_any_size_below_the_limit_arrives(int size)
    {
        await using var bus = await RunningBus.StartAsync();
        var body = Enumerable.Range(0, size).Select(number => (byte)number).ToArray();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage(body), Cancellation);

        Assert.Equal(body, (await bus.Receiver().Next()).Body.ToArray());
    }

    [Fact]
    public async Task A_message_above_the_size_limit_is_rejected_and_the_next_one_is_accepted()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var sender = bus.Sender();

        var refused = await Assert.ThrowsAsync<ServiceBusException>(
            () => sender.SendMessageAsync(new ServiceBusMessage(new byte[256 * 1024]), Cancellation));
        await sender.SendMessageAsync(new ServiceBusMessage("small"), Cancellation);

        Assert.Equal(ServiceBusFailureReason.MessageSizeExceeded, refused.Reason);
        await using var receiver = bus.Receiver();
        Assert.Equal("small", (await receiver.Next()).Body.ToString());
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task Receiving_from_an_empty_subscription_returns_nothing_after_the_wait()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var receiver = bus.Receiver();
        await receiver.HasNoMessage();
        var start = TimeProvider.System.GetTimestamp();

        var messages = await receiver.ReceiveMessagesAsync(100, TimeSpan.FromMilliseconds(300), Cancellation);

        Assert.Empty(messages);
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task A_receiver_that_stopped_waiting_takes_no_message_from_another_and_does_not_raise_its_delivery_count()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var impatient = bus.Receiver();
        await using var patient = bus.Receiver();

        // The receiver's credit is still outstanding after it stops waiting. A message delivered on that credit is released unread.
        Assert.Empty(await impatient.ReceiveMessagesAsync(5, TimeSpan.FromMilliseconds(50), Cancellation));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("one"), Cancellation);

        Assert.Equal(1, (await patient.Next()).DeliveryCount);
    }

    [Fact]
    public async Task A_waiting_receiver_gets_a_message_as_soon_as_it_arrives()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var receiver = bus.Receiver();
        var waiting = receiver.Next();
        await Task.Delay(100, Cancellation);
        Assert.False(waiting.IsCompleted);

        await bus.Sender().SendMessageAsync(new ServiceBusMessage("now"), Cancellation);

        Assert.Equal("now", (await waiting).Body.ToString());
    }

    [Fact]
    public async Task Closing_a_receiver_returns_its_prefetched_messages_uncounted_and_its_locked_message_stays_locked()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync(Enumerable.Range(0, 20).Select(number => new ServiceBusMessage($"{number}")), Cancellation);
        var prefetching = bus.Receiver(prefetch: 50);
        Assert.Equal("0", (await prefetching.Next()).Body.ToString());
        await using var other = bus.Receiver();
        await other.HasNoMessage();

        await prefetching.DisposeAsync();

        var messages = await other.Next(19);
        Assert.Equal(Enumerable.Range(1, 19).Select(number => $"{number}"), messages.Select(message => message.Body.ToString()));
        Assert.All(messages, message => Assert.Equal(1, message.DeliveryCount));
        await other.HasNoMessage();
    }

    [Fact]
    public async Task Prefetching_continues_as_messages_are_settled()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync(Enumerable.Range(0, 100).Select(number => new ServiceBusMessage($"{number}")), Cancellation);
        await using var receiver = bus.Receiver(prefetch: 10);

        for (var number = 0; number < 100; number++)
        {
            var message = await receiver.Next();
            Assert.Equal($"{number}", message.Body.ToString());
            await receiver.CompleteMessageAsync(message, Cancellation);
        }

        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task Peek_reads_from_any_sequence_number_without_receiving()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync(Enumerable.Range(1, 5).Select(number => new ServiceBusMessage($"{number}")), Cancellation);
        await using var receiver = bus.Receiver();
        var held = await receiver.Next();

        Assert.Equal("1", (await receiver.PeekMessageAsync(cancellationToken: Cancellation)).Body.ToString());
        Assert.Equal("2", (await receiver.PeekMessageAsync(cancellationToken: Cancellation)).Body.ToString());
        var from = await receiver.PeekMessagesAsync(10, fromSequenceNumber: 4, Cancellation);
        Assert.Equal(["4", "5"], from.Select(message => message.Body.ToString()));
        Assert.Equal(0, from[0].DeliveryCount);
        Assert.Empty(await receiver.PeekMessagesAsync(10, fromSequenceNumber: 6, Cancellation));
        await receiver.CompleteMessageAsync(held, Cancellation);
        Assert.Equal("2", (await receiver.Next()).Body.ToString());
    }

    [Fact]
    public async Task A_processor_handles_messages_concurrently_and_renews_their_locks()
    {
        await using var bus = await RunningBus.StartAsync(
            RunningBus.WithOneSubscription(it => it with { LockDuration = TimeSpan.FromSeconds(2) }));
        await using var processor = bus.Client.CreateProcessor(
            RunningBus.Topic, RunningBus.Everything, new ServiceBusProcessorOptions { MaxConcurrentCalls = 4 });
        var together = new Barrier4();
        var deliveries = new ConcurrentBag<int>();
        var errors = new ConcurrentBag<Exception>();
        var done = new CountdownEvent(4);
        processor.ProcessMessageAsync += async args =>
        {
            await together.ArriveAsync().WaitAsync(TimeSpan.FromSeconds(60));

            // Longer than the lock duration.
            await Task.Delay(TimeSpan.FromSeconds(3));
            deliveries.Add(args.Message.DeliveryCount);
            done.Signal();
        };
        processor.ProcessErrorAsync += args =>
        {
            errors.Add(args.Exception);
            return Task.CompletedTask;
        };
        await processor.StartProcessingAsync(Cancellation);
        await bus.Sender().SendMessagesAsync(Enumerable.Range(0, 4).Select(number => new ServiceBusMessage($"{number}")), Cancellation);

        Assert.True(await Task.Run(() => done.Wait(TimeSpan.FromSeconds(60))));
        await processor.StopProcessingAsync(Cancellation);

        Assert.Empty(errors);
        Assert.All(deliveries, count => Assert.Equal(1, count));
        Assert.Null(await bus.Receiver().PeekMessageAsync(0, Cancellation));
    }

    [Fact]
    public async Task A_processor_that_throws_gets_the_message_again_until_it_is_dead_lettered()
    {
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription(it => it with { MaxDeliveryCount = 3 }));
        await using var processor = bus.Client.CreateProcessor(RunningBus.Topic, RunningBus.Everything);
        var attempts = 0;
        processor.ProcessMessageAsync += _ => throw new InvalidOperationException($"attempt {Interlocked.Increment(ref attempts)}");
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        await processor.StartProcessingAsync(Cancellation);
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("poison"), Cancellation);

        Assert.Equal("MaxDeliveryCountExceeded", (await bus.DeadLetters().Next()).DeadLetterReason);
        await processor.StopProcessingAsync(Cancellation);
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task Two_receivers_share_the_messages_and_none_is_delivered_twice()
    {
        await using var bus = await RunningBus.StartAsync();
        await using var one = bus.Receiver();
        await using var two = bus.Receiver();
        var seen = new ConcurrentBag<string>();
        async Task Drain(ServiceBusReceiver receiver)
        {
            while (seen.Count < 500
                && await receiver.ReceiveMessagesAsync(20, TimeSpan.FromSeconds(1), Cancellation) is { Count: > 0 } messages)
            {
                foreach (var message in messages)
                {
                    seen.Add(message.Body.ToString());
                    await receiver.CompleteMessageAsync(message, Cancellation);
                }
            }
        }

        var draining = Task.WhenAll(Drain(one), Drain(two));
        await bus.Sender().SendMessagesAsync(Enumerable.Range(0, 500).Select(number => new ServiceBusMessage($"{number}")), Cancellation);
        await draining;

        Assert.Equal(500, seen.Count);
        Assert.Equal(500, seen.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task An_unknown_topic_subscription_or_queue_is_reported_as_not_found()
    {
        await using var bus = await RunningBus.StartAsync();

        await Unknown(() => bus.Client.CreateSender("nowhere").SendMessageAsync(new ServiceBusMessage("x"), Cancellation));
        await Unknown(() => bus.Client.CreateReceiver(RunningBus.Topic, "nobody").ReceiveMessageAsync(cancellationToken: Cancellation));
        await Unknown(() => bus.Client.CreateReceiver("nowhere").PeekMessageAsync(cancellationToken: Cancellation));

        static async Task Unknown(Func<Task> use)
        {
            var problem = await Assert.ThrowsAsync<ServiceBusException>(use);
            Assert.Equal(ServiceBusFailureReason.MessagingEntityNotFound, problem.Reason);
        }
    }

    [Fact]
    public async Task A_queue_has_the_same_name_for_sending_and_receiving()
    {
        await using var bus = await RunningBus.StartAsync(new EmbeddedServiceBusOptions { Queues = [new QueueDefinition("work")] });
        await bus.Client.CreateSender("work").SendMessageAsync(new ServiceBusMessage("job"), Cancellation);
        await using var receiver = bus.Client.CreateReceiver("work");

        var message = await receiver.Next();
        await receiver.DeadLetterMessageAsync(message, "no", cancellationToken: Cancellation);

        await using var deadLetters = bus.Client.CreateReceiver("work", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        Assert.Equal("job", (await deadLetters.Next()).Body.ToString());
    }

    [Fact]
    public async Task Sessions_and_rule_management_are_rejected_as_not_supported()
    {
        await using var bus = await RunningBus.StartAsync();

        await Assert.ThrowsAsync<NotSupportedException>(
            () => bus.Client.AcceptSessionAsync(RunningBus.Topic, RunningBus.Everything, "s", cancellationToken: Cancellation));
        await using var rules = bus.Client.CreateRuleManager(RunningBus.Topic, RunningBus.Everything);
        await Assert.ThrowsAsync<NotSupportedException>(() => rules.DeleteRuleAsync("$Default", Cancellation));
    }

    [Fact]
    public async Task A_peer_that_does_not_speak_AMQP_receives_the_AMQP_header_and_is_disconnected()
    {
        await using var bus = await RunningBus.StartAsync();
        using var peer = new TcpClient();
        await peer.ConnectAsync("127.0.0.1", bus.Port, Cancellation);
        var stream = peer.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancellation);

        var answer = new byte[16];
        var read = await stream.ReadAtLeastAsync(answer, 9, throwOnEndOfStream: false, Cancellation);

        Assert.Equal([.. "AMQP"u8, 0, 1, 0, 0], answer[..read]);
    }

    private sealed class Barrier4
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Task ArriveAsync()
        {
            if (Interlocked.Increment(ref _arrived) == 4)
                _full.SetResult();
            return _full.Task;
        }
    }
}
