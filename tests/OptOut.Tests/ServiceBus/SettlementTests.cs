using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;

namespace OptOut.Tests.ServiceBus;

public sealed class SettlementTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_abandoned_message_is_redelivered_first_with_its_new_properties_and_a_higher_delivery_count()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync(
            [
                new ServiceBusMessage("first") { ApplicationProperties = { ["kept"] = "k", ["changed"] = 1 } },
                new ServiceBusMessage("second"),
            ],
            Cancellation);
        await using var receiver = bus.Receiver();

        var first = await receiver.Next();
        await receiver.AbandonMessageAsync(first, new Dictionary<string, object> { ["changed"] = 2, ["added"] = "a" }, Cancellation);
        var again = await receiver.Next();

        Assert.Equal("first", again.Body.ToString());
        Assert.Equal(2, again.DeliveryCount);
        Assert.Equal(first.SequenceNumber, again.SequenceNumber);
        Assert.Equal("k", again.ApplicationProperties["kept"]);
        Assert.Equal(2, again.ApplicationProperties["changed"]);
        Assert.Equal("a", again.ApplicationProperties["added"]);
    }

    [Fact]
    public async Task A_message_that_reaches_the_delivery_limit_is_dead_lettered_with_the_reason()
    {
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription(it => it with { MaxDeliveryCount = 3 }));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("poison"), Cancellation);
        await using var receiver = bus.Receiver();

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var message = await receiver.Next();
            Assert.Equal(attempt, message.DeliveryCount);
            await receiver.AbandonMessageAsync(message, cancellationToken: Cancellation);
        }

        await receiver.HasNoMessage();
        await using var deadLetters = bus.DeadLetters();
        var deadLetter = await deadLetters.Next();
        Assert.Equal("poison", deadLetter.Body.ToString());
        Assert.Equal("MaxDeliveryCountExceeded", deadLetter.DeadLetterReason);
        Assert.Equal("Message could not be consumed after 3 delivery attempts.", deadLetter.DeadLetterErrorDescription);
        Assert.Equal($"{RunningBus.Topic}/Subscriptions/{RunningBus.Everything}", deadLetter.DeadLetterSource);
    }

    [Fact]
    public async Task A_dead_letter_has_its_reason_and_description_and_can_be_completed()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("rejected") { ApplicationProperties = { ["kept"] = "k" } }, Cancellation);
        await using var receiver = bus.Receiver();

        await receiver.DeadLetterMessageAsync(
            await receiver.Next(),
            new Dictionary<string, object> { ["vendor"] = "sms" },
            "NoSuchNumber",
            "The vendor does not know it.",
            Cancellation);

        await receiver.HasNoMessage();
        await using var deadLetters = bus.DeadLetters();
        var deadLetter = await deadLetters.Next();
        Assert.Equal("NoSuchNumber", deadLetter.DeadLetterReason);
        Assert.Equal("The vendor does not know it.", deadLetter.DeadLetterErrorDescription);
        Assert.Equal("sms", deadLetter.ApplicationProperties["vendor"]);
        Assert.Equal("k", deadLetter.ApplicationProperties["kept"]);
        await deadLetters.CompleteMessageAsync(deadLetter, Cancellation);
        await deadLetters.HasNoMessage();
        Assert.Null(await deadLetters.PeekMessageAsync(cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_message_can_be_dead_lettered_without_a_reason()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("rejected"), Cancellation);
        await using var receiver = bus.Receiver();

        await receiver.DeadLetterMessageAsync(await receiver.Next(), cancellationToken: Cancellation);

        await using var deadLetters = bus.DeadLetters();
        Assert.Null((await deadLetters.Next()).DeadLetterReason);
    }

    [Fact]
    public async Task A_dead_letter_can_be_abandoned_repeatedly_and_cannot_be_dead_lettered_again()
    {
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription(it => it with { MaxDeliveryCount = 1 }));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("poison"), Cancellation);
        await using var receiver = bus.Receiver();
        await receiver.AbandonMessageAsync(await receiver.Next(), cancellationToken: Cancellation);
        await using var deadLetters = bus.DeadLetters();
        for (var attempt = 0; attempt < 5; attempt++)
            await deadLetters.AbandonMessageAsync(await deadLetters.Next(), cancellationToken: Cancellation);

        var deadLetter = await deadLetters.Next();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => deadLetters.DeadLetterMessageAsync(deadLetter, cancellationToken: Cancellation));

        await deadLetters.CompleteMessageAsync(deadLetter, Cancellation);
    }

    [Fact]
    public async Task A_deferred_message_can_be_received_only_by_its_sequence_number()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("later"), Cancellation);
        await using var receiver = bus.Receiver();
        var message = await receiver.Next();

        await receiver.DeferMessageAsync(message, new Dictionary<string, object> { ["why"] = "order" }, Cancellation);

        await receiver.HasNoMessage();
        var peeked = await receiver.PeekMessageAsync(cancellationToken: Cancellation);
        Assert.Equal(ServiceBusMessageState.Deferred, peeked.State);
        var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Cancellation);
        Assert.Equal("later", deferred.Body.ToString());
        Assert.Equal("order", deferred.ApplicationProperties["why"]);
        Assert.Equal(2, deferred.DeliveryCount);
        await receiver.RenewMessageLockAsync(deferred, Cancellation);
        await receiver.CompleteMessageAsync(deferred, Cancellation);
        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        var gone = await Assert.ThrowsAsync<ServiceBusException>(
            () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Cancellation));
        Assert.Equal(ServiceBusFailureReason.MessageNotFound, gone.Reason);
    }

    [Fact]
    public async Task A_deferred_message_can_be_abandoned_dead_lettered_or_deleted_on_receipt()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b")], Cancellation);
        await using var receiver = bus.Receiver();
        var messages = await receiver.Next(2);
        foreach (var message in messages)
            await receiver.DeferMessageAsync(message, cancellationToken: Cancellation);

        var taken = await receiver.ReceiveDeferredMessageAsync(messages[0].SequenceNumber, Cancellation);
        await receiver.AbandonMessageAsync(taken, cancellationToken: Cancellation);
        taken = await receiver.ReceiveDeferredMessageAsync(messages[0].SequenceNumber, Cancellation);
        await receiver.DeadLetterMessageAsync(taken, "why", cancellationToken: Cancellation);
        await using var deleting = bus.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete);
        var deleted = await deleting.ReceiveDeferredMessageAsync(messages[1].SequenceNumber, Cancellation);

        Assert.Equal("b", deleted.Body.ToString());
        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        await using var deadLetters = bus.DeadLetters();
        Assert.Equal("why", (await deadLetters.Next()).DeadLetterReason);
    }

    [Fact]
    public async Task Receive_and_delete_removes_the_message()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("once"), Cancellation);
        await using var receiver = bus.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete);

        Assert.Equal("once", (await receiver.Next()).Body.ToString());

        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        await using var other = bus.Receiver();
        await other.HasNoMessage();
    }

    [Fact]
    public async Task A_message_with_an_expired_lock_goes_to_another_receiver_and_cannot_be_settled_by_the_first()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription() with { Time = time });
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("held"), Cancellation);
        await using var slow = bus.Receiver();
        await using var next = bus.Receiver();
        var held = await slow.Next();
        time.Advance(TimeSpan.FromSeconds(59));
        await next.HasNoMessage();

        time.Advance(TimeSpan.FromSeconds(1));
        var again = await next.Next();

        Assert.Equal(2, again.DeliveryCount);
        var lost = await Assert.ThrowsAsync<ServiceBusException>(() => slow.CompleteMessageAsync(held, Cancellation));
        Assert.Equal(ServiceBusFailureReason.MessageLockLost, lost.Reason);
        lost = await Assert.ThrowsAsync<ServiceBusException>(() => slow.RenewMessageLockAsync(held, Cancellation));
        Assert.Equal(ServiceBusFailureReason.MessageLockLost, lost.Reason);
        await next.CompleteMessageAsync(again, Cancellation);
    }

    [Fact]
    public async Task A_renewed_lock_lasts_for_another_full_duration()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription() with { Time = time });
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("held"), Cancellation);
        await using var receiver = bus.Receiver();
        var held = await receiver.Next();
        time.Advance(TimeSpan.FromSeconds(50));

        await receiver.RenewMessageLockAsync(held, Cancellation);
        time.Advance(TimeSpan.FromSeconds(50));

        Assert.InRange(held.LockedUntil - time.GetUtcNow(), TimeSpan.FromSeconds(9.9), TimeSpan.FromSeconds(10.1));
        await using var other = bus.Receiver();
        await other.HasNoMessage();
        await receiver.CompleteMessageAsync(held, Cancellation);
    }

    [Fact]
    public async Task A_message_can_be_settled_over_another_link_than_the_one_it_arrived_on()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("moved"), Cancellation);
        var first = bus.Receiver();
        var message = await first.Next();
        await first.DisposeAsync();

        await using var second = bus.Receiver();
        await second.CompleteMessageAsync(message, Cancellation);

        Assert.Null(await second.PeekMessageAsync(0, Cancellation));
    }
}
