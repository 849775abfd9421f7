using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Messaging;

namespace OptOut.Tests.Messaging;

public sealed class MessageBatchesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _handled = [], _settled = [], _renewed = [];
    private readonly MessageBatches _batches;

    public MessageBatchesTests() => _batches = new(
        Options.Create(new BatchOptions { SubjectsAtOnce = 2 }), _time, NullLogger<MessageBatches>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_throws_is_returned_and_the_others_are_completed()
    {
        await HandleAsync(
            [Message("1"), Message("2"), Message("3")],
            message => message.MessageId == "2" ? throw new FormatException() : Task.FromResult(Settlement.Done));

        Assert.Equal(["1 Complete", "2 Abandon", "3 Complete"], _settled.Order(StringComparer.Ordinal));
        Assert.Empty(_renewed);
    }

    [Fact]
    public async Task The_messages_of_one_subject_or_turn_come_one_after_another_and_others_side_by_side()
    {
        var (running, most) = (new ConcurrentDictionary<string, int>(StringComparer.Ordinal), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var met = new TaskCompletionSource();
        ServiceBusReceivedMessage[] messages =
            [Message("1", "anna"), Message("2", "anna"), Message("3", "bram", turn: "shared"), Message("4", "cleo", turn: "shared")];

        await HandleAsync(messages, async message =>
        {
            var group = message.CorrelationId == "anna" ? "anna" : "shared";
            var now = running.AddOrUpdate(group, 1, (_, n) => n + 1);
            most.AddOrUpdate(group, now, (_, n) => Math.Max(n, now));
            if (running.Count == 2)
                met.TrySetResult();
            await met.Task;
            running.AddOrUpdate(group, 0, (_, n) => n - 1);
            return Settlement.Done;
        });

        Assert.Equal([1, 1], most.Values);
        Assert.Equal(4, _settled.Count);
    }

    [Fact]
    public async Task A_message_that_waited_in_the_client_behind_a_slow_batch_is_handled_only_with_a_fresh_lock()
    {
        await HandleAsync([Message("1")], _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(50));
            return Task.FromResult(Settlement.Done);
        });

        await HandleAsync([Message("2"), Message("lost")], _ => Task.FromResult(Settlement.Done));

        Assert.Equal(["2", "lost"], _renewed.Order(StringComparer.Ordinal));
        Assert.Equal(["1", "2"], _handled.Order(StringComparer.Ordinal));
        Assert.Equal(["1 Complete", "2 Complete"], _settled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task After_an_empty_subscription_no_lock_is_renewed()
    {
        await HandleAsync([Message("1")], _ => Task.FromResult(Settlement.Done));
        _time.Advance(TimeSpan.FromMinutes(10));

        await HandleAsync([Message("2")], _ => Task.FromResult(Settlement.Done));

        Assert.Empty(_renewed);
        Assert.Equal(["1", "2"], _handled);
    }

    private static ServiceBusReceivedMessage Message(string id, string? subject = null, string? turn = null) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(
            messageId: id,
            correlationId: subject ?? id,
            properties: turn is null ? null : new Dictionary<string, object>(StringComparer.Ordinal) { ["turn"] = turn });

    private Task HandleAsync(ServiceBusReceivedMessage[] messages, Func<ServiceBusReceivedMessage, Task<Settlement>> handle) =>
        _batches.HandleAsync(
            "apply",
            messages,
            (message, _) =>
            {
                _handled.Enqueue(message.MessageId);
                return handle(message);
            },
            new BatchActions(
                (message, settlement) =>
                {
                    _settled.Enqueue($"{message.MessageId} {settlement.GetType().Name}");
                    return Task.CompletedTask;
                },
                message =>
                {
                    _renewed.Enqueue(message.MessageId);
                    return message.MessageId == "lost"
                        ? throw new ServiceBusException("Lost.", ServiceBusFailureReason.MessageLockLost)
                        : Task.CompletedTask;
                }),
            Cancel);
}
