using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Delivery;

/// <summary>What to replay: null leaves a choice open.</summary>
/// <param name="Max">All subscriptions together.</param>
internal sealed record ReplayOrder(string? Subscription, string? Vendor, string? Reason, int Max);

/// <summary>What became of a subscription's dead letters.</summary>
internal sealed record ReplayCount(
    [property: SchemaRef("Subscription")] string Subscription,
    [property: Range(0, int.MaxValue), Description("Sent again.")] int Replayed,
    [property: Range(0, int.MaxValue), Description("Asked for and still there: over `max`, or in other hands just now.")] int Left,
    [property: Range(0, int.MaxValue), Description("Not sent: nobody can read what they say. They stay for a person to look at.")] int Unreadable);

/// <summary>
/// Sends dead letters again: for their own subscription alone, and tried anew from the first. The message is sent first and the dead letter
/// completed after it. A process that dies between the two leaves the dead letter; replayed within ten minutes it has the same message id, so the bus
/// drops it, and later it is a second message that says the same, which changes nothing: every reader looks at the current state.
/// </summary>
internal sealed partial class DeadLetterReplay(ServiceBusClient bus, DeadLetterCount letters, ILogger<DeadLetterReplay> logger)
{
    private const int TakenAtOnce = 100;

    // Dead letters that are not asked for stand in front of those that are: they are held until the end, so that they do not come again.
    private const int MaxHeld = 2_000;

    // How long an empty queue is listened to: whatever is left is in other hands.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <exception cref="ServiceBusException">The bus does not answer. What was counted before is sent; the same order sends the rest.</exception>
    public async Task<IReadOnlyList<ReplayCount>> ReplayAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        var counts = new List<ReplayCount>();
        foreach (var subscription in Topology.Subscriptions.Select(s => s.Name).Where(name => order.Subscription is null || order.Subscription == name))
            counts.Add(await ReplayAsync(subscription, order with { Max = order.Max - counts.Sum(c => c.Replayed) }, cancellationToken));
        return counts;
    }

    private async Task<ReplayCount> ReplayAsync(string subscription, ReplayOrder order, CancellationToken cancellationToken)
    {
        // Chosen before the first is sent: one that is refused again at once must not be sent again by the same call, for ever.
        var chosen = new Dictionary<long, IBusMessage>();
        int over = 0, unreadable = 0;
        await foreach (var dead in letters.PeekAsync(subscription, cancellationToken))
        {
            if ((order.Reason is not null && DeadLetterReader.Reason(dead) != order.Reason) || (order.Vendor is not null && DeadLetterReader.Vendor(dead) != order.Vendor))
                continue;
            if (DeadLetterReader.Replay(subscription, dead) is not { } again)
                unreadable++;
            else if (chosen.Count < order.Max)
                chosen.Add(dead.SequenceNumber, again);
            else
                over++;
        }

        var wanted = chosen.Count;
        if (wanted > 0)
            await ReplayAsync(subscription, chosen, cancellationToken);
        if (wanted + unreadable > 0)
            LogReplayed(subscription, wanted - chosen.Count, over + chosen.Count, unreadable);
        return new ReplayCount(subscription, wanted - chosen.Count, over + chosen.Count, unreadable);
    }

    // Takes out of chosen what is sent.
    private async Task ReplayAsync(string subscription, Dictionary<long, IBusMessage> chosen, CancellationToken cancellationToken)
    {
        await using var sender = bus.CreateSender(Topology.BusTopic);
        await using var receiver = letters.Open(subscription);
        var held = new Dictionary<long, ServiceBusReceivedMessage>();
        try
        {
            while (chosen.Count > 0 && held.Count < MaxHeld && await receiver.ReceiveMessagesAsync(TakenAtOnce, Silence, cancellationToken) is { Count: > 0 } taken)
            {
                foreach (var dead in taken)
                    held[dead.SequenceNumber] = dead;
                foreach (var dead in taken)
                {
                    if (!chosen.TryGetValue(dead.SequenceNumber, out var again))
                        continue;
                    await sender.SendMessageAsync(again.ToServiceBus(), cancellationToken);
                    chosen.Remove(dead.SequenceNumber);
                    held.Remove(dead.SequenceNumber);
                    await CompleteAsync(receiver, dead);
                }
            }
        }
        finally
        {
            await Task.WhenAll(held.Values.Select(dead => ReturnAsync(receiver, dead)));
        }
    }

    // It is sent, so the caller's patience no longer counts.
    private async Task CompleteAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage dead)
    {
        try
        {
            await receiver.CompleteMessageAsync(dead, CancellationToken.None);
        }
        catch (ServiceBusException e)
        {
            LogNotTakenAway(dead.MessageId, e.Reason);
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
            // Its lock runs out within a minute, and it is back as well.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Of the dead letters of {Subscription}, {Replayed} are sent again, {Left} left and {Unreadable} unreadable")]
    private partial void LogReplayed(string subscription, int replayed, int left, int unreadable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} is sent again, and its dead letter could not be taken away ({Reason}): replaying it once more is harmless")]
    private partial void LogNotTakenAway(string messageId, ServiceBusFailureReason reason);
}
