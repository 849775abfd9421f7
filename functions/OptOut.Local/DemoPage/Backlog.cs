using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <param name="Outbox">Changes that wait for the bus; null when the store does not answer.</param>
/// <param name="DeadLetters">Messages given up on; null when the bus does not answer.</param>
internal sealed record BacklogCount(int? Outbox, int? DeadLetters);

/// <summary>Counts what waits, at most every few seconds: a page that asks every second must not be a load.</summary>
internal sealed class Backlog
{
    private const int Most = 100;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(4), Timeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly StorageAccount _storage;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<ServiceBusReceiver> _deadLetters;
    private Task<BacklogCount> _count = Task.FromResult(new BacklogCount(null, null));
    private DateTimeOffset _counted = DateTimeOffset.MinValue;

    public Backlog(StorageAccount storage, ServiceBusClient bus, TimeProvider time)
    {
        (_storage, _time) = (storage, time);
        _deadLetters = [.. Topology.Subscriptions.Select(s => bus.CreateReceiver(Topology.BusTopic, s.Name, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }))];
    }

    public Task<BacklogCount> CountAsync()
    {
        lock (_gate)
        {
            if (_count.IsCompleted && _time.GetUtcNow() - _counted > Fresh)
                (_counted, _count) = (_time.GetUtcNow(), CountNowAsync());
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
            await foreach (var page in _storage.Outbox.QueryAsync<TableEntity>(select: ["RowKey"], cancellationToken: cancellationToken).AsPages())
                count += page.Values.Count;
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
            var peeked = await Task.WhenAll(_deadLetters.Select(receiver => receiver.PeekMessagesAsync(Most, fromSequenceNumber: 0, cancellationToken)));
            return peeked.Sum(messages => messages.Count);
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }
}
