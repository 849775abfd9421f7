using Azure.Messaging.ServiceBus;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>What is still on the bus.</summary>
internal sealed class BusReader(string connectionString) : IAsyncDisposable
{
    private const string Topic = "consent-changes";
    private const int Most = 1_000;

    private readonly ServiceBusClient _client = new(connectionString);

    /// <summary>By subscription: how many messages wait or are under way, and how many are dead letters.</summary>
    public async Task<IReadOnlyDictionary<string, (int Waiting, int Dead)>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        foreach (var subscription in Parts.Subscriptions)
            counts[subscription] = (
                await CountAsync(subscription, SubQueue.None, cancellationToken),
                await CountAsync(subscription, SubQueue.DeadLetter, cancellationToken));
        return counts;
    }

    /// <summary>The dead letters, in words: without those that no replay can help.</summary>
    public async Task<IReadOnlyList<string>> DeadLettersAsync(CancellationToken cancellationToken)
    {
        var letters = new List<string>();
        foreach (var subscription in Parts.Subscriptions)
        {
            await using var receiver = Receiver(subscription, SubQueue.DeadLetter);
            foreach (var message in (await receiver.PeekMessagesAsync(Most, 0, cancellationToken)).Where(m => !Parts.NeedsTheVendor(m)))
                letters.Add($"{subscription}: {message.DeadLetterReason}: {message.DeadLetterErrorDescription}");
        }

        return letters;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task<int> CountAsync(string subscription, SubQueue queue, CancellationToken cancellationToken)
    {
        await using var receiver = Receiver(subscription, queue);
        return (await receiver.PeekMessagesAsync(Most, 0, cancellationToken)).Count;
    }

    private ServiceBusReceiver Receiver(string subscription, SubQueue queue) =>
        _client.CreateReceiver(Topic, subscription, new ServiceBusReceiverOptions { SubQueue = queue });
}
