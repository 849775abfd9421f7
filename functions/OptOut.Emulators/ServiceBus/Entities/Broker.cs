using Microsoft.Extensions.Logging;
using OptOut.Emulators.ServiceBus.Filters;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// Every topic and queue, guarded by one lock. The lock is held for microseconds; it gives "accepted", "delivered" and "settled"
/// the same order in memory, in the journal and on the wire. A single machine does not need finer locking.
/// </summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly BrokerServices _services;
    private readonly Dictionary<string, BusTopic> _topics = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, MessageQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private bool _stopped;

    /// <exception cref="SqlFilterException">A rule is not a valid filter.</exception>
    /// <exception cref="ArgumentException">Two entities have the same name.</exception>
    /// <exception cref="IOException">The journal cannot be opened.</exception>
    public Broker(EmbeddedServiceBusOptions options, ILogger log)
    {
        MaxMessageBytes = options.MaxMessageBytes;
        _services = new BrokerServices(options.Time, log, OnTimer);
        foreach (var topic in options.Topics)
        {
            Add(
                topic.Name,
                topic.DuplicateWindow,
                topic.DefaultTimeToLive,
                topic.Subscriptions.Select(subscription => Build(topic, subscription)));
        }

        foreach (var queue in options.Queues)
            Add(queue.Name, queue.DuplicateWindow, queue.DefaultTimeToLive, [Build(queue)]);
        lock (Gate)
        {
            if (options.DataFolder is { } folder)
                Restore(folder);
            ProcessDue();
        }
    }

    /// <summary>The lock that must be held around every call into a topic or queue.</summary>
    public Lock Gate { get; } = new();

    public int MaxMessageBytes { get; }

    /// <param name="path">The path of a link address, without the leading slash.</param>
    public BusTopic? FindTopic(string path) => _topics.GetValueOrDefault(path);

    public MessageQueue? FindQueue(string path) => _queues.GetValueOrDefault(path);

    public async ValueTask DisposeAsync()
    {
        lock (Gate)
            _stopped = true;
        await _services.DisposeAsync();
    }

    private Subscription Build(TopicDefinition topic, SubscriptionDefinition definition) => new(
        new RuleSet(definition.Rules),
        new MessageQueue(
            $"{topic.Name}/Subscriptions/{definition.Name}",
            new QueueSettings(definition.LockDuration, definition.MaxDeliveryCount, definition.DeadLetterOnExpiration),
            _services));

    private Subscription Build(QueueDefinition definition) => new(
        new RuleSet([]),
        new MessageQueue(
            definition.Name,
            new QueueSettings(definition.LockDuration, definition.MaxDeliveryCount, definition.DeadLetterOnExpiration),
            _services));

    private void Add(string name, TimeSpan? duplicateWindow, TimeSpan? timeToLive, IEnumerable<Subscription> subscriptions)
    {
        var topic = new BusTopic(name, duplicateWindow, timeToLive, [.. subscriptions], _services);
        _topics.Add(name, topic);
        foreach (var queue in topic.Subscriptions.Select(subscription => subscription.Queue))
        {
            _queues.Add(queue.Path, queue);
            _queues.Add(queue.DeadLetters!.Path, queue.DeadLetters);
        }
    }

    private void Restore(string folder)
    {
        var replay = new JournalReplay(_topics, _queues);
        var journal = Journal.Open(folder, replay.Apply);
        try
        {
            journal.Compact(Snapshot());
            _services.Journal = journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    private IEnumerable<JournalEntry> Snapshot() =>
        _topics.Values.SelectMany(topic => topic.Snapshot()).Concat(_queues.Values.SelectMany(queue => queue.Snapshot()));

    private void OnTimer()
    {
        lock (Gate)
        {
            if (!_stopped)
                ProcessDue();
        }
    }

    private void ProcessDue()
    {
        try
        {
            var next = DateTimeOffset.MaxValue;
            foreach (var topic in _topics.Values)
                next = Earlier(next, topic.ProcessDue());
            foreach (var queue in _queues.Values)
                next = Earlier(next, queue.ProcessDue());
            _services.Timer.Rearm(next);
        }
        catch (IOException problem)
        {
            _services.Timer.Rearm(DateTimeOffset.MaxValue);
            _services.ReportJournalFailure(problem);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
