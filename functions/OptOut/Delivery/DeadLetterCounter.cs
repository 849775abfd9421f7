using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;

namespace OptOut.Delivery;

/// <summary>
/// Counts the dead letters without removing any. It peeks at each one: the bus's own count needs the right to manage the bus, and has no
/// reasons.
/// </summary>
internal sealed partial class DeadLetterCounter(ServiceBusClient bus, OptOutMetrics metrics, ILogger<DeadLetterCounter> logger)
{
    /// <summary>The most that are counted in one subscription: a count of this size means "this many or more".</summary>
    public const int MaxCounted = 10_000;

    private const int PeekBatch = 200;

    /// <summary>
    /// Counts, sets the metrics, and logs an error for each group: a dead letter is an opt-out, or a mail, that is not being delivered.
    /// </summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        var groups = await CountAsync(cancellationToken);
        foreach (var subscription in Topology.Subscriptions)
        {
            // Zeros too: a gauge that is not set again keeps reporting what was replayed long ago.
            foreach (var reason in DeadLetterReader.Reasons)
            {
                metrics.DeadLettersCounted(
                    subscription.Name,
                    reason,
                    groups.Where(g => g.Subscription == subscription.Name && g.Reason == reason).Sum(g => g.Count));
            }
        }

        foreach (var group in groups)
            LogDead(group.Count, group.Subscription, group.Reason, group.Vendor ?? "-", group.Oldest);
    }

    /// <returns>The groups, by subscription, then vendor and reason; empty when there are no dead letters.</returns>
    /// <exception cref="ServiceBusException">The bus does not answer.</exception>
    public async Task<IReadOnlyList<DeadLetterGroup>> CountAsync(CancellationToken cancellationToken)
    {
        var counted = await Task.WhenAll(Topology.Subscriptions.Select(s => CountAsync(s.Name, cancellationToken)));
        return [.. counted.SelectMany(groups => groups)];
    }

    /// <returns>As <see cref="CountAsync(CancellationToken)"/>; null when the bus does not answer.</returns>
    public async Task<IReadOnlyList<DeadLetterGroup>?> TryCountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CountAsync(cancellationToken);
        }
        catch (Exception e) when (e is ServiceBusException or TimeoutException or UnauthorizedAccessException)
        {
            LogNotCounted((e as ServiceBusException)?.Reason.ToString() ?? e.GetType().Name);
            return null;
        }
    }

    /// <summary>The dead letters of a subscription, oldest first, at most <see cref="MaxCounted"/>.</summary>
    internal async IAsyncEnumerable<ServiceBusReceivedMessage> PeekAsync(
        string subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var receiver = Open(subscription);
        var seen = 0;
        var from = 0L;
        while (seen < MaxCounted && await receiver.PeekMessagesAsync(PeekBatch, from, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var dead in page)
                yield return dead;
            seen += page.Count;
            from = page[^1].SequenceNumber + 1;
        }
    }

    internal ServiceBusReceiver Open(string subscription) =>
        bus.CreateReceiver(Topology.BusTopic, subscription, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    private async Task<IReadOnlyList<DeadLetterGroup>> CountAsync(string subscription, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<(string? Vendor, string Reason), DeadLetterGroup>();
        await foreach (var dead in PeekAsync(subscription, cancellationToken))
        {
            var (kind, at) = ((DeadLetterReader.Vendor(dead), DeadLetterReader.Reason(dead)), DeadLetterReader.At(dead));
            groups[kind] = groups.TryGetValue(kind, out var group)
                ? group with { Count = group.Count + 1, Oldest = at < group.Oldest ? at : group.Oldest }
                : new DeadLetterGroup(subscription, kind.Item1, kind.Item2, 1, at);
        }

        return [.. groups.Values.OrderBy(g => g.Vendor, StringComparer.Ordinal).ThenBy(g => g.Reason, StringComparer.Ordinal)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The dead letters could not be counted ({Reason})")]
    private partial void LogNotCounted(string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Count} messages are dead-lettered in {Subscription} ({Reason}, vendor {Vendor}), the oldest from {Oldest}: fix the "
            + "cause, then POST /api/dead-letters/replay")]
    private partial void LogDead(int count, string subscription, string reason, string vendor, DateTimeOffset oldest);
}
