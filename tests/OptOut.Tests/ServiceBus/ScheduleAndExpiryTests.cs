using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

public sealed class ScheduleAndExpiryTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_with_a_scheduled_time_is_not_delivered_before_it()
    {
        await using var bus = await StartAsync();
        var due = _time.GetUtcNow().AddMinutes(5);
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("retry") { ScheduledEnqueueTime = due }, Cancellation);
        await using var receiver = bus.Receiver();
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await receiver.HasNoMessage();

        _time.Advance(TimeSpan.FromSeconds(2));
        var message = await receiver.Next();

        Assert.Equal("retry", message.Body.ToString());
        Assert.InRange(message.EnqueuedTime, due.AddMilliseconds(-1), due.AddSeconds(2));
        Assert.InRange(message.ScheduledEnqueueTime, due.AddMilliseconds(-1), due.AddMilliseconds(1));
    }

    [Fact]
    public async Task A_message_scheduled_in_the_past_is_delivered_at_once()
    {
        await using var bus = await StartAsync();
        await bus.Sender().SendMessageAsync(
            new ServiceBusMessage("late") { ScheduledEnqueueTime = _time.GetUtcNow().AddMinutes(-1) }, Cancellation);

        await using var receiver = bus.Receiver();
        Assert.Equal("late", (await receiver.Next()).Body.ToString());
    }

    [Fact]
    public async Task Scheduled_messages_arrive_in_the_order_of_their_times_and_cancelled_ones_never_arrive()
    {
        await using var bus = await StartAsync();
        await using var sender = bus.Sender();
        var later = await sender.ScheduleMessageAsync(new ServiceBusMessage("later"), _time.GetUtcNow().AddMinutes(2), Cancellation);
        var numbers = await sender.ScheduleMessagesAsync(
            [new ServiceBusMessage("sooner"), new ServiceBusMessage("never")], _time.GetUtcNow().AddMinutes(1), Cancellation);
        Assert.Equal(3, numbers.Append(later).Distinct().Count());

        await sender.CancelScheduledMessageAsync(numbers[1], Cancellation);
        _time.Advance(TimeSpan.FromMinutes(3));

        await using var receiver = bus.Receiver();
        var messages = await receiver.Next(2);
        Assert.Equal(["sooner", "later"], messages.Select(message => message.Body.ToString()));
        await receiver.HasNoMessage();
        var unknown = await Assert.ThrowsAsync<ServiceBusException>(() => sender.CancelScheduledMessageAsync(numbers[1], Cancellation));
        Assert.Equal(ServiceBusFailureReason.MessageNotFound, unknown.Reason);
    }

    [Fact]
    public async Task A_duplicate_is_dropped_within_the_window_and_delivered_after_it()
    {
        await using var bus = await StartAsync(topic => topic with { DuplicateWindow = TimeSpan.FromMinutes(10) });
        await using var sender = bus.Sender();
        await using var receiver = bus.Receiver();
        await sender.SendMessageAsync(new ServiceBusMessage("one") { MessageId = "same" }, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(9));
        await sender.SendMessageAsync(new ServiceBusMessage("two") { MessageId = "same" }, Cancellation);
        await sender.SendMessagesAsync(
            [new ServiceBusMessage("three") { MessageId = "other" }, new ServiceBusMessage("four") { MessageId = "other" }], Cancellation);

        Assert.Equal(["one", "three"], (await receiver.Next(2)).Select(message => message.Body.ToString()));
        await receiver.HasNoMessage();
        _time.Advance(TimeSpan.FromMinutes(1));
        await sender.SendMessageAsync(new ServiceBusMessage("five") { MessageId = "same" }, Cancellation);

        // The locks of the first two have expired, so these are delivered again. The dropped duplicates are not.
        Assert.Equal(
            ["five", "one", "three"], (await receiver.Next(3)).Select(message => message.Body.ToString()).Order(StringComparer.Ordinal));
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task Duplicate_detection_of_a_scheduled_message_starts_when_it_is_sent()
    {
        await using var bus = await StartAsync(topic => topic with { DuplicateWindow = TimeSpan.FromMinutes(10) });
        await using var sender = bus.Sender();
        await sender.SendMessageAsync(
            new ServiceBusMessage("scheduled") { MessageId = "same", ScheduledEnqueueTime = _time.GetUtcNow().AddMinutes(1) },
            Cancellation);
        await sender.SendMessageAsync(new ServiceBusMessage("now") { MessageId = "same" }, Cancellation);
        await using var receiver = bus.Receiver();
        await receiver.HasNoMessage();

        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("scheduled", (await receiver.Next()).Body.ToString());
    }

    [Fact]
    public async Task An_expired_message_can_no_longer_be_received_or_peeked()
    {
        await using var bus = await StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("short") { TimeToLive = TimeSpan.FromSeconds(30) }, Cancellation);
        await using var receiver = bus.Receiver();
        Assert.NotNull(await receiver.PeekMessageAsync(0, Cancellation));

        _time.Advance(TimeSpan.FromSeconds(31));

        await receiver.HasNoMessage();
        Assert.Null(await receiver.PeekMessageAsync(0, Cancellation));
        await using var deadLetters = bus.DeadLetters();
        await deadLetters.HasNoMessage();
    }

    [Fact]
    public async Task An_expired_message_is_dead_lettered_when_the_subscription_requires_it()
    {
        await using var bus = await StartAsync(
            topic => topic with { DefaultTimeToLive = TimeSpan.FromMinutes(1) },
            subscription => subscription with { DeadLetterOnExpiration = true });
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("short") { TimeToLive = TimeSpan.FromHours(1) }, Cancellation);

        _time.Advance(TimeSpan.FromMinutes(1));

        await using var deadLetters = bus.DeadLetters();
        Assert.Equal("TTLExpiredException", (await deadLetters.Next()).DeadLetterReason);
        await using var receiver = bus.Receiver();
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task A_locked_message_expires_only_after_it_is_released()
    {
        await using var bus = await StartAsync();
        await bus.Sender().SendMessagesAsync(
            [
                new ServiceBusMessage("completed") { TimeToLive = TimeSpan.FromSeconds(30) },
                new ServiceBusMessage("abandoned") { TimeToLive = TimeSpan.FromSeconds(30) },
            ],
            Cancellation);
        await using var receiver = bus.Receiver();
        var held = await receiver.Next(2);

        _time.Advance(TimeSpan.FromSeconds(40));
        await receiver.CompleteMessageAsync(held[0], Cancellation);
        await receiver.AbandonMessageAsync(held[1], cancellationToken: Cancellation);

        await receiver.HasNoMessage();
    }

    private Task<RunningBus> StartAsync(
        Func<TopicDefinition, TopicDefinition>? change = null, Func<SubscriptionDefinition, SubscriptionDefinition>? subscription = null)
    {
        var options = RunningBus.WithOneSubscription(subscription);
        return RunningBus.StartAsync(options with { Time = _time, Topics = [(change ?? (it => it))(options.Topics[0])] });
    }
}
