using Azure.Messaging.ServiceBus;

namespace OptOut.Judge.Faults;

/// <summary>
/// Duplicates, delays and reorders messages as any other program on the bus could, with the genuine client: what the bus does with them is
/// what Azure does. A copy under another message id stands for one under the same id after the duplicate window (ten minutes).
/// </summary>
internal sealed class BusMeddler(string connection, FaultLog log) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(30), Patience = TimeSpan.FromSeconds(1);
    private readonly ServiceBusClient _client = new(
        connection,
        new ServiceBusClientOptions
        {
            RetryOptions = { MaxRetries = 1, TryTimeout = TimeSpan.FromSeconds(5), Delay = TimeSpan.FromMilliseconds(100) },
        });

    /// <summary>Copies what it sees on a subscription, and sends the copies later.</summary>
    public async Task CopyAsync(Copies fault, CancellationToken healing)
    {
        var seen = new Dictionary<string, ServiceBusReceivedMessage>(StringComparer.Ordinal);
        try
        {
            await using var receiver = _client.CreateReceiver(Parts.BusTopic, fault.Subscription);
            var until = log.Elapsed + fault.Watch;
            while (log.Elapsed < until && seen.Count < fault.Count && !healing.IsCancellationRequested)
            {
                foreach (var message in await receiver.PeekMessagesAsync(fault.Count, fromSequenceNumber: 0, healing))
                    seen.TryAdd(message.MessageId, message);
                await Task.Delay(Poll, TimeProvider.System, healing);
            }

            await Task.Delay(fault.Delay, TimeProvider.System, healing);
            await using var sender = _client.CreateSender(Parts.BusTopic);
            var dice = new Dice(fault.Seed);
            foreach (var message in seen.Values.OrderBy(_ => dice.Next()))
            {
                var copy = new ServiceBusMessage(message) { MessageId = $"{message.MessageId}~copy{dice.Next():x}" };
                await sender.SendMessageAsync(copy, healing);
                log.Add("message sent again");
            }
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException)
        {
            // The bus is down, or everything is being healed: then there are fewer copies.
        }
    }

    /// <summary>Takes messages and gives them back later in another order, or lets their locks lapse.</summary>
    public async Task HoldAsync(Hold fault, CancellationToken healing)
    {
        try
        {
            await using var receiver = _client.CreateReceiver(Parts.BusTopic, fault.Subscription);
            var held = await receiver.ReceiveMessagesAsync(fault.Count, Patience, healing);
            log.Add("message held", held.Count);
            if (!fault.Returns)
                return;
            await Task.Delay(fault.Duration, TimeProvider.System, healing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var dice = new Dice(fault.Seed);
            foreach (var message in held.OrderBy(_ => dice.Next()))
                await receiver.AbandonMessageAsync(message, cancellationToken: CancellationToken.None);
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException)
        {
            // The bus is down, or everything is being healed. The locks lapse.
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
