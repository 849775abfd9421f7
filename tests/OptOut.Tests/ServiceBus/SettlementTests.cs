using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;

namespace OptOut.Tests.ServiceBus;

public sealed class SettlementTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_abandoned_message_comes_back_first_with_its_new_properties_and_a_higher_count()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessagesAsync([new ServiceBusMessage("first") { ApplicationProperties = { ["kept"] = "k", ["changed"] = 1 } }, new ServiceBusMessage("second")], Cancellation);
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
    public async Task A_message_tried_too_often_is_dead_lettered_with_the_reason()
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

        await receiver.HasNothing();
        await using var letters = bus.DeadLetters();
        var letter = await letters.Next();
        Assert.Equal("poison", letter.Body.ToString());
        Assert.Equal("MaxDeliveryCountExceeded", letter.DeadLetterReason);
        Assert.Equal("Message could not be consumed after 3 delivery attempts.", letter.DeadLetterErrorDescription);
        Assert.Equal($"{RunningBus.Topic}/Subscriptions/{RunningBus.Everything}", letter.DeadLetterSource);
    }

    [Fact]
    public async Task A_dead_letter_has_its_reason_and_description_and_can_be_completed()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("rejected") { ApplicationProperties = { ["kept"] = "k" } }, Cancellation);
        await using var receiver = bus.Receiver();

        await receiver.DeadLetterMessageAsync(await receiver.Next(), new Dictionary<string, object> { ["vendor"] = "sms" }, "NoSuchNumber", "The vendor does not know it.", Cancellation);

        await receiver.HasNothing();
        await using var letters = bus.DeadLetters();
        var letter = await letters.Next();
        Assert.Equal("NoSuchNumber", letter.DeadLetterReason);
        Assert.Equal("The vendor does not know it.", letter.DeadLetterErrorDescription);
        Assert.Equal("sms", letter.ApplicationProperties["vendor"]);
        Assert.Equal("k", letter.ApplicationProperties["kept"]);
        await letters.CompleteMessageAsync(letter, Cancellation);
        await letters.HasNothing();
        Assert.Null(await letters.PeekMessageAsync(cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_dead_letter_without_a_reason_is_a_dead_letter_too()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("rejected"), Cancellation);
        await using var receiver = bus.Receiver();

        await receiver.DeadLetterMessageAsync(await receiver.Next(), cancellationToken: Cancellation);

        await using var letters = bus.DeadLetters();
        Assert.Null((await letters.Next()).DeadLetterReason);
    }

    [Fact]
    public async Task A_dead_letter_is_abandoned_without_end_and_never_dead_lettered_again()
    {
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription(it => it with { MaxDeliveryCount = 1 }));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("poison"), Cancellation);
        await using var receiver = bus.Receiver();
        await receiver.AbandonMessageAsync(await receiver.Next(), cancellationToken: Cancellation);
        await using var letters = bus.DeadLetters();
        for (var attempt = 0; attempt < 5; attempt++)
            await letters.AbandonMessageAsync(await letters.Next(), cancellationToken: Cancellation);

        var letter = await letters.Next();
        await Assert.ThrowsAsync<InvalidOperationException>(() => letters.DeadLetterMessageAsync(letter, cancellationToken: Cancellation));

        await letters.CompleteMessageAsync(letter, Cancellation);
    }

    [Fact]
    public async Task A_deferred_message_is_received_by_its_number_only()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("later"), Cancellation);
        await using var receiver = bus.Receiver();
        var message = await receiver.Next();

        await receiver.DeferMessageAsync(message, new Dictionary<string, object> { ["why"] = "order" }, Cancellation);

        await receiver.HasNothing();
        var peeked = await receiver.PeekMessageAsync(cancellationToken: Cancellation);
        Assert.Equal(ServiceBusMessageState.Deferred, peeked.State);
        var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Cancellation);
        Assert.Equal("later", deferred.Body.ToString());
        Assert.Equal("order", deferred.ApplicationProperties["why"]);
        Assert.Equal(2, deferred.DeliveryCount);
        await receiver.RenewMessageLockAsync(deferred, Cancellation);
        await receiver.CompleteMessageAsync(deferred, Cancellation);
        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        var gone = await Assert.ThrowsAsync<ServiceBusException>(() => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber, Cancellation));
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
        await using var letters = bus.DeadLetters();
        Assert.Equal("why", (await letters.Next()).DeadLetterReason);
    }

    [Fact]
    public async Task Receive_and_delete_leaves_nothing_behind()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("once"), Cancellation);
        await using var receiver = bus.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete);

        Assert.Equal("once", (await receiver.Next()).Body.ToString());

        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        await using var other = bus.Receiver();
        await other.HasNothing();
    }

    [Fact]
    public async Task A_lapsed_lock_cannot_settle_and_the_message_goes_to_the_next()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var bus = await RunningBus.StartAsync(RunningBus.WithOneSubscription() with { Time = time });
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("held"), Cancellation);
        await using var slow = bus.Receiver();
        await using var next = bus.Receiver();
        var held = await slow.Next();
        time.Advance(TimeSpan.FromSeconds(59));
        await next.HasNothing();

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
    public async Task A_renewed_lock_holds_for_another_full_duration()
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
        await other.HasNothing();
        await receiver.CompleteMessageAsync(held, Cancellation);
    }

    [Fact]
    public async Task A_message_is_settled_by_another_link_than_it_came_by()
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
