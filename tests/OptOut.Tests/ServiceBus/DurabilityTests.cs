using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Time.Testing;
using OptOut.Emulators.ServiceBus;

namespace OptOut.Tests.ServiceBus;

/// <summary>
/// A kill is imitated by copying the journal while the bus runs: what the operating system has by then is what a killed
/// process leaves behind, with no chance to tidy up.
/// </summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _before = new();
    private readonly TemporaryFolder _after = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_accepted_and_not_settled_is_there_again_and_what_was_settled_is_not()
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
        await again.HasNothing();
        var deferred = await again.ReceiveDeferredMessageAsync(got[2].SequenceNumber, Cancellation);
        Assert.Equal("order", deferred.ApplicationProperties["why"]);
        await using var letters = revived.DeadLetters();
        var letter = await letters.Next();
        Assert.Equal(("dead", "Reason", "Description"), (letter.Body.ToString(), letter.DeadLetterReason, letter.DeadLetterErrorDescription));
        await letters.HasNothing();
    }

    [Fact]
    public async Task Numbers_go_on_where_they_were_even_when_every_message_is_gone()
    {
        await using var killed = await StartAsync(_before);
        await killed.Sender().SendMessagesAsync(Messages("1", "2", "3"), Cancellation);
        await using (var receiver = killed.Receiver(mode: ServiceBusReceiveMode.ReceiveAndDelete))
            await receiver.Next(3);

        // Twice, so that the second start reads what the first one's compaction wrote.
        await using (await KillAsync())
        {
        }

        await using var revived = await StartAsync(_after);
        await revived.Sender().SendMessageAsync(new ServiceBusMessage("4"), Cancellation);
        Assert.Equal(4, (await revived.Receiver().Next()).SequenceNumber);
    }

    [Fact]
    public async Task Schedules_are_kept_and_a_cancelled_one_stays_cancelled()
    {
        await using var killed = await StartAsync(_before);
        await using var sender = killed.Sender();
        await sender.ScheduleMessageAsync(new ServiceBusMessage("kept"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        var cancelled = await sender.ScheduleMessageAsync(new ServiceBusMessage("cancelled"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        await sender.ScheduleMessageAsync(new ServiceBusMessage("activated"), _time.GetUtcNow().AddMinutes(1), Cancellation);
        await sender.CancelScheduledMessageAsync(cancelled, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(2));

        await using var revived = await KillAsync();

        await using var receiver = revived.Receiver();
        Assert.Equal("activated", (await receiver.Next()).Body.ToString());
        await receiver.HasNothing();
        _time.Advance(TimeSpan.FromMinutes(4));
        var two = (await receiver.Next(2)).Select(message => message.Body.ToString());
        Assert.Equal(["activated", "kept"], two.Order(StringComparer.Ordinal)); // the first one's lock lapsed meanwhile
        await receiver.HasNothing();
    }

    [Fact]
    public async Task What_came_due_while_nothing_ran_comes_at_the_start()
    {
        await using var killed = await StartAsync(_before);
        await killed.Sender().ScheduleMessageAsync(new ServiceBusMessage("due"), _time.GetUtcNow().AddMinutes(5), Cancellation);
        CopyJournal();
        _time.Advance(TimeSpan.FromMinutes(6));

        await using var revived = await StartAsync(_after);
        Assert.Equal("due", (await revived.Receiver().Next()).Body.ToString());
    }

    [Fact]
    public async Task The_duplicate_window_is_kept()
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
        await revived.Receiver().HasNothing();
        _time.Advance(TimeSpan.FromMinutes(10));
        await revived.Sender().SendMessageAsync(new ServiceBusMessage("three") { MessageId = "same" }, Cancellation);
        Assert.Equal("three", (await revived.Receiver().Next()).Body.ToString());
    }

    [Fact]
    public async Task A_restart_does_not_lengthen_the_duplicate_window_of_a_scheduled_message()
    {
        await using (var bus = await StartAsync(_before))
        {
            await bus.Sender().ScheduleMessageAsync(new ServiceBusMessage("far") { MessageId = "same" }, _time.GetUtcNow().AddDays(1), Cancellation);
            _time.Advance(TimeSpan.FromMinutes(9));
            await bus.Sender().SendMessageAsync(new ServiceBusMessage("other") { MessageId = "other" }, Cancellation);
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        await using (await StartAsync(_before))
        {
        }

        await using var again = await StartAsync(_before);
        await again.Sender().SendMessagesAsync([new ServiceBusMessage("near") { MessageId = "same" }, new ServiceBusMessage("dropped") { MessageId = "other" }], Cancellation);
        await using var receiver = again.Receiver();
        Assert.Equal(["other", "near"], (await receiver.Next(2)).Select(message => message.Body.ToString()));
        await receiver.HasNothing();
    }

    [Fact]
    public async Task Starting_makes_the_journal_small_again()
    {
        await using (var bus = await StartAsync(_before))
        {
            await bus.Sender().SendMessagesAsync(Enumerable.Range(0, 200).Select(_ => new ServiceBusMessage(new string('x', 1000))), Cancellation);
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
    public async Task A_subscription_that_the_topology_lost_is_passed_over()
    {
        await using (var bus = await StartAsync(_before))
            await bus.Sender().SendMessageAsync(new ServiceBusMessage("1"), Cancellation);

        await using var changed = await RunningBus.StartAsync(new EmbeddedServiceBusOptions
        {
            DataFolder = _before.Path,
            Time = _time,
            Topics = [new TopicDefinition(RunningBus.Topic, [new SubscriptionDefinition("other")])],
        });

        await changed.Receiver("other").HasNothing();
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
