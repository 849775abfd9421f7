using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Delivery;

/// <summary>What to replay; null means any.</summary>
/// <param name="Max">For all subscriptions together.</param>
internal sealed record ReplayOrder(string? Subscription, string? Vendor, string? Reason, int Max);

/// <summary>What happened to the dead letters of one subscription.</summary>
internal sealed record ReplayCount(
    [property: SchemaRef("Subscription")] string Subscription,
    [property: Range(0, int.MaxValue), Description("Sent again.")] int Replayed,
    [property: Range(0, int.MaxValue), Description("Selected but not sent: over `max`, or locked by another receiver at the moment.")]
    int Left,
    [property: Range(0, int.MaxValue), Description("Not sent, because they cannot be read. They stay for someone to look into.")]
    int Unreadable);

/// <summary>
/// Sends dead letters again, to their own subscription only, with their attempts counted from the start. The message is sent first and the
/// dead letter is completed after it. A process that dies between the two leaves the dead letter. When that is replayed within ten minutes,
/// the copy has the same message id and the bus drops it. Later it is a second message with the same content, which changes nothing: every
/// handler reads the current state.
/// </summary>
internal sealed partial class DeadLetterReplay(ServiceBusClient bus, DeadLetterCounter letters, ILogger<DeadLetterReplay> logger)
{
    private const int ReceiveBatch = 100;

    // Dead letters that were not selected may come before those that were. They stay locked until the end, so that they are not received
    // again.
    private const int MaxLocked = 2_000;

    // How long to wait on an empty queue: anything that is left is locked by another receiver.
    private static readonly TimeSpan EmptyQueueWait = TimeSpan.FromSeconds(2);

    /// <exception cref="ServiceBusException">
    /// The bus does not answer. What was counted before is sent; repeating the call sends the rest.
    /// </exception>
    public async Task<IReadOnlyList<ReplayCount>> ReplayAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        var counts = new List<ReplayCount>();
        foreach (var subscription in Topology.Subscriptions
            .Select(s => s.Name)
            .Where(name => order.Subscription is null || order.Subscription == name))
        {
            counts.Add(await ReplayAsync(subscription, order with { Max = order.Max - counts.Sum(c => c.Replayed) }, cancellationToken));
        }

        return counts;
    }

    private async Task<ReplayCount> ReplayAsync(string subscription, ReplayOrder order, CancellationToken cancellationToken)
    {
        // Selected before the first is sent: a message that is dead-lettered again at once must not be sent over and over by the same call.
        var selected = new Dictionary<long, IBusMessage>();
        int over = 0, unreadable = 0;
        await foreach (var dead in letters.PeekAsync(subscription, cancellationToken))
        {
            if ((order.Reason is not null && DeadLetterReader.Reason(dead) != order.Reason)
                || (order.Vendor is not null && DeadLetterReader.Vendor(dead) != order.Vendor))
            {
                continue;
            }

            if (DeadLetterReader.Replay(subscription, dead) is not { } message)
                unreadable++;
            else if (selected.Count < order.Max)
                selected.Add(dead.SequenceNumber, message);
            else
                over++;
        }

        var count = selected.Count;
        if (count > 0)
            await ReplayAsync(subscription, selected, cancellationToken);
        if (count + unreadable > 0)
            LogReplayed(subscription, count - selected.Count, over + selected.Count, unreadable);
        return new ReplayCount(subscription, count - selected.Count, over + selected.Count, unreadable);
    }

    // Removes from the selected messages what is sent.
    private async Task ReplayAsync(string subscription, Dictionary<long, IBusMessage> selected, CancellationToken cancellationToken)
    {
        await using var sender = bus.CreateSender(Topology.BusTopic);
        await using var receiver = letters.Open(subscription);
        var locked = new Dictionary<long, ServiceBusReceivedMessage>();
        try
        {
            while (selected.Count > 0
                && locked.Count < MaxLocked
                && await receiver.ReceiveMessagesAsync(ReceiveBatch, EmptyQueueWait, cancellationToken) is { Count: > 0 } taken)
            {
                foreach (var dead in taken)
                    locked[dead.SequenceNumber] = dead;
                foreach (var dead in taken)
                {
                    if (!selected.TryGetValue(dead.SequenceNumber, out var message))
                        continue;
                    await sender.SendMessageAsync(message.ToServiceBus(), cancellationToken);
                    selected.Remove(dead.SequenceNumber);
                    locked.Remove(dead.SequenceNumber);
                    await CompleteAsync(receiver, dead);
                }
            }
        }
        finally
        {
            await Task.WhenAll(locked.Values.Select(dead => ReturnAsync(receiver, dead)));
        }
    }

    // The message is sent, so the caller's cancellation no longer counts.
    private async Task CompleteAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage dead)
    {
        try
        {
            await receiver.CompleteMessageAsync(dead, CancellationToken.None);
        }
        catch (ServiceBusException e)
        {
            LogNotRemoved(dead.MessageId, e.Reason);
        }
    }

    private static async Task ReturnAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage dead)
    {
        try
        {
            await receiver.AbandonMessageAsync(dead, cancellationToken: CancellationToken.None);
        }
        catch (ServiceBusException)
        {
            // Its lock expires within a minute, which returns it as well.
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Of the dead letters of {Subscription}, {Replayed} were sent again, {Left} are left and {Unreadable} cannot be read")]
    private partial void LogReplayed(string subscription, int replayed, int left, int unreadable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} was sent again, but its dead letter could not be "
        + "removed ({Reason}): replaying it once more is harmless")]
    private partial void LogNotRemoved(string messageId, ServiceBusFailureReason reason);
}
