using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

/// <summary>
/// Simulates a killed process by copying the journal while the bus runs. The copy is what the operating system has received so far, and
/// so what a killed process leaves behind without a clean shutdown.
/// </summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _before = new();
    private readonly TemporaryFolder _after = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_crash_unsettled_messages_are_restored_and_settled_ones_are_not()
    {
        await using var killed = await StartAsync(_before);
        await using var sender = killed.Sender();
        await sender.SendMessagesAsync(Messages("completed", "abandoned", "deferred", "dead", "held", "untouched"), Cancellation);
        await using var receiver = killed.Receiver();
        var got = await receiver.Next(5);
        await receiver.CompleteMessageAsync(got[0], Cancellation);
        await receiver.DeferMessageAsync(got[2], new Dictionary<string, object> { ["why"] = "order" }, Cancellation);
        await receiver.DeadLetterMessageAsync(got[3], "Reason", "Description", Cancellation);
        await receiver.AbandonMessageAsync(got[1], new Dictionary<string, object> { ["seen"] = true }, Cancellation);

        await using var revived = await KillAsync();

        await using var again = revived.Receiver();
        var messages = await again.Next(3);
        Assert.Equal(["abandoned", "held", "untouched"], messages.Select(message => message.Body.ToString()));
        Assert.Equal([2, 2, 1], messages.Select(message => message.DeliveryCount));
        Assert.Equal(got[1].SequenceNumber, messages[0].SequenceNumber);
        Assert.Equal(got[1].EnqueuedTime, messages[0].EnqueuedTime);
        Assert.True((bool)messages[0].ApplicationProperties["seen"]);
        await again.HasNoMessage();
        var deferred = await again.ReceiveDeferredMessageAsync(got[2].SequenceNumber, Cancellation);
        Assert.Equal("order", deferred.ApplicationProperties["why"]);
        await using var deadLetters = revived.DeadLetters();
        var deadLetter = await deadLetters.Next();
        Assert.Equal(
            ("dead", "Reason", "Description"),
            (deadLetter.Body.ToString(), deadLetter.DeadLetterReason, deadLetter.DeadLetterErrorDescription));
        await deadLetters.HasNoMessage();
    }

    [Fact]
    public async Task Sequence_numbers_continue_after_a_crash_even_when_no_message_is_left()
    {
        await using var killed = await StartAsync(_before);
        await killed.Sender().SendMessagesAsync(Messages("1", "2", "3"), Cancellation);
        await using (var receiver = killed.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete))
            await receiver.Next(3);

        // Started twice, so that the second start reads the journal that the first one compacted.
        await using (await KillAsync())
        {
        }

        await using var revived = await StartAsync(_after);
        await revived.Sender().SendMessageAsync(new ServiceBusMessage("4"), Cancellation);
        Assert.Equal(4, (await revived.Receiver().Next()).SequenceNumber);
    }

    [Fact]
    public async Task Scheduled_messages_survive_a_crash_and_cancelled_ones_stay_cancelled()
    {
        await using var killed = await StartAsync(_before);
        await using var sender = killed.Sender();
        await sender.ScheduleMessageAsync(new ServiceBusMessage("kept"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        var cancelled = await sender.ScheduleMessageAsync(
            new ServiceBusMessage("cancelled"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        await sender.ScheduleMessageAsync(new ServiceBusMessage("activated"), _time.GetUtcNow().AddMinutes(1), Cancellation);
        await sender.CancelScheduledMessageAsync(cancelled, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(2));

        await using var revived = await KillAsync();

        await using var receiver = revived.Receiver();
        Assert.Equal("activated", (await receiver.Next()).Body.ToString());
        await receiver.HasNoMessage();
        _time.Advance(TimeSpan.FromMinutes(4));
        var two = (await receiver.Next(2)).Select(message => message.Body.ToString());
        Assert.Equal(["activated", "kept"], two.Order(StringComparer.Ordinal)); // the lock of the first one has expired
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task A_message_that_came_due_while_the_bus_was_stopped_is_delivered_at_startup()
    {
        await using var killed = await StartAsync(_before);
        await killed.Sender().ScheduleMessageAsync(new ServiceBusMessage("due"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        CopyJournal();
        _time.Advance(TimeSpan.FromMinutes(6));

        await using var revived = await StartAsync(_after);
        Assert.Equal("due", (await revived.Receiver().Next()).Body.ToString());
    }

    [Fact]
    public async Task The_duplicate_detection_window_survives_a_crash()
    {
        await using var killed = await StartAsync(_before);
        await killed.Sender().SendMessageAsync(new ServiceBusMessage("one") { MessageId = "same" }, Cancellation);
        await using (var receiver = killed.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete))
            await receiver.Next();

        await using (await KillAsync())
        {
        }

        await using var revived = await StartAsync(_after);
        await revived.Sender().SendMessageAsync(new ServiceBusMessage("two") { MessageId = "same" }, Cancellation);
        await revived.Receiver().HasNoMessage();
        _time.Advance(TimeSpan.FromMinutes(10));
        await revived.Sender().SendMessageAsync(new ServiceBusMessage("three") { MessageId = "same" }, Cancellation);
        Assert.Equal("three", (await revived.Receiver().Next()).Body.ToString());
    }

    [Fact]
    public async Task A_restart_does_not_lengthen_the_duplicate_detection_window_of_a_scheduled_message()
    {
        await using (var bus = await StartAsync(_before))
        {
            await bus.Sender().ScheduleMessageAsync(
                new ServiceBusMessage("far") { MessageId = "same" }, _time.GetUtcNow().AddDays(1), Cancellation);
            _time.Advance(TimeSpan.FromMinutes(9));
            await bus.Sender().SendMessageAsync(new ServiceBusMessage("other") { MessageId = "other" }, Cancellation);
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        await using (await StartAsync(_before))
        {
        }

        await using var again = await StartAsync(_before);
        await again.Sender().SendMessagesAsync(
            [new ServiceBusMessage("near") { MessageId = "same" }, new ServiceBusMessage("dropped") { MessageId = "other" }], Cancellation);
        await using var receiver = again.Receiver();
        Assert.Equal(["other", "near"], (await receiver.Next(2)).Select(message => message.Body.ToString()));
        await receiver.HasNoMessage();
    }

    [Fact]
    public async Task Startup_compacts_the_journal()
    {
        await using (var bus = await StartAsync(_before))
        {
            await bus.Sender().SendMessagesAsync(
                Enumerable.Range(0, 200).Select(_ => new ServiceBusMessage(new string('x', 1000))), Cancellation);
            await using var receiver = bus.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete);
            await receiver.Next(199);
        }

        Assert.True(JournalBytes() > 200_000);
        await using (await StartAsync(_before))
            Assert.True(JournalBytes() < 2_000);
        await using var again = await StartAsync(_before);
        Assert.Equal(200, (await again.Receiver().Next()).SequenceNumber);

        long JournalBytes() => new FileInfo(Path.Combine(_before.Path, "servicebus.journal")).Length;
    }

    [Fact]
    public async Task A_subscription_removed_from_the_topology_is_ignored_in_the_journal()
    {
        await using (var bus = await StartAsync(_before))
            await bus.Sender().SendMessageAsync(new ServiceBusMessage("1"), Cancellation);

        await using var changed = await RunningBus.StartAsync(new EmbeddedServiceBusOptions
        {
            DataFolder = _before.Path,
            Time = _time,
            Topics = [new TopicDefinition(RunningBus.Topic, [new SubscriptionDefinition("other")])],
        });

        await changed.Receiver("other").HasNoMessage();
    }

    public void Dispose()
    {
        _before.Dispose();
        _after.Dispose();
    }

    private static IEnumerable<ServiceBusMessage> Messages(params string[] bodies) => bodies.Select(body => new ServiceBusMessage(body));

    private Task<RunningBus> KillAsync()
    {
        CopyJournal();
        return StartAsync(_after);
    }

    private void CopyJournal() =>
        File.Copy(Path.Combine(_before.Path, "servicebus.journal"), Path.Combine(_after.Path, "servicebus.journal"));

    private Task<RunningBus> StartAsync(TemporaryFolder folder)
    {
        var options = RunningBus.WithOneSubscription();
        return RunningBus.StartAsync(options with
        {
            DataFolder = folder.Path,
            Time = _time,
            Topics = [options.Topics[0] with { DuplicateWindow = TimeSpan.FromMinutes(10) }],
        });
    }
}
