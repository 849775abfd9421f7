using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <param name="Outbox">The number of changes waiting for the bus; null when the store does not answer.</param>
/// <param name="DeadLetters">The number of dead letters; null when the bus does not answer.</param>
internal sealed record BacklogCount(int? Outbox, int? DeadLetters);

/// <summary>Counts the outbox and the dead letters at most every few seconds, because each open page polls every second.</summary>
internal sealed class Backlog
{
    private const int MaxPeeked = 100;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(4), Timeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly StorageAccount _storage;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<ServiceBusReceiver> _deadLetters;
    private Task<BacklogCount> _count = Task.FromResult(new BacklogCount(null, null));
    private DateTimeOffset _countedAt = DateTimeOffset.MinValue;

    public Backlog(StorageAccount storage, ServiceBusClient bus, TimeProvider time)
    {
        (_storage, _time) = (storage, time);
        _deadLetters = [.. Topology.Subscriptions.Select(
            s => bus.CreateReceiver(Topology.BusTopic, s.Name, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }))];
    }

    public Task<BacklogCount> CountAsync()
    {
        lock (_gate)
        {
            if (_count.IsCompleted && _time.GetUtcNow() - _countedAt > MaxAge)
                (_countedAt, _count) = (_time.GetUtcNow(), CountNowAsync());
            return _count;
        }
    }

    private async Task<BacklogCount> CountNowAsync()
    {
        using var limit = _time.Limit(Timeout);
        var (waiting, dead) = (OutboxAsync(limit.Token), DeadLettersAsync(limit.Token));
        return new BacklogCount(await waiting, await dead);
    }

    private async Task<int?> OutboxAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = 0;
            await foreach (var page in _storage.Outbox
                .QueryAsync<TableEntity>(select: ["RowKey"], cancellationToken: cancellationToken)
                .AsPages())
            {
                count += page.Values.Count;
            }

            return count;
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<int?> DeadLettersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var peeked = await Task.WhenAll(
                _deadLetters.Select(receiver => receiver.PeekMessagesAsync(MaxPeeked, fromSequenceNumber: 0, cancellationToken)));
            return peeked.Sum(messages => messages.Count);
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }
}
