using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The settings of a queue. A dead-letter queue has no delivery limit and no expiry.</summary>
internal sealed record QueueSettings(TimeSpan LockDuration, int MaxDeliveryCount, bool DeadLetterOnExpiration);

/// <summary>
/// The queue of a subscription, a plain queue, or the dead-letter queue of either. Ready messages wait in order of sequence number,
/// consumers with credit take turns, and no operation but a snapshot walks the whole queue. Call every member under the broker's gate.
/// </summary>
internal sealed class MessageQueue
{
    private static readonly Dictionary<string, object?> NoChanges = [];

    private readonly QueueSettings _settings;
    private readonly BrokerServices _services;
    private readonly MessagesBySequence _messages = new();
    private readonly PriorityQueue<StoredMessage, long> _ready = new();
    private readonly PriorityQueue<StoredMessage, DateTimeOffset> _expiring = new();
    private readonly LockList _locks;
    private readonly LinkedList<Consumer> _consumersWithCredit = new();
    private long _lastSequence;
    private bool _pumping;

    public MessageQueue(string path, QueueSettings settings, BrokerServices services)
    {
        Path = path;
        _settings = settings;
        _services = services;
        _locks = new LockList(settings.LockDuration);
        if (!path.EndsWith(DeadLetterSuffix, StringComparison.Ordinal))
        {
            DeadLetters = new MessageQueue(
                path + DeadLetterSuffix,
                settings with { MaxDeliveryCount = int.MaxValue, DeadLetterOnExpiration = false },
                services);
        }
    }

    public const string DeadLetterSuffix = "/$DeadLetterQueue";

    public string Path { get; }

    /// <summary>Null for a dead-letter queue.</summary>
    public MessageQueue? DeadLetters { get; }

    public long NextSequence() => ++_lastSequence;

    /// <summary>Adds a message that is already in the journal.</summary>
    public void Add(StoredMessage message)
    {
        _lastSequence = Math.Max(_lastSequence, message.Sequence);
        _messages.Add(message);
        if (message.ExpiresAt < DateTimeOffset.MaxValue)
        {
            _expiring.Enqueue(message, message.ExpiresAt);
            _services.Timer.FireBy(message.ExpiresAt);
        }

        if (message.State == MessageState.Active)
            _ready.Enqueue(message, message.Sequence);
    }

    /// <summary>Delivers the ready messages, oldest first, to the consumers with credit, in turn.</summary>
    public void Pump()
    {
        // A delivery can complete a drain, which calls Pump again: the loop below already continues.
        if (_pumping)
            return;
        _pumping = true;
        try
        {
            while (_consumersWithCredit.First is { } turn && TakeReady() is { } message)
                Deliver(message, turn.Value);
        }
        catch (IOException problem)
        {
            // The delivery could not be written to the journal. The messages stay in the queue; the timer retries.
            _services.ReportJournalFailure(problem);
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Sets how many more messages a consumer accepts, and delivers what is ready.</summary>
    public void SetCredit(Consumer consumer, uint credit)
    {
        consumer.Credit = credit;
        if (credit == 0)
            RemoveConsumer(consumer);
        else
            consumer.Turn ??= _consumersWithCredit.AddLast(consumer);
        Pump();
    }

    /// <summary>Stops delivery to the consumer. Its locks remain until they expire.</summary>
    public void RemoveConsumer(Consumer consumer)
    {
        consumer.Credit = 0;
        if (consumer.Turn is not { } turn)
            return;
        _consumersWithCredit.Remove(turn);
        consumer.Turn = null;
    }

    public DispositionResult Settle(Guid lockToken, Disposition settlement)
    {
        if (FindLocked(lockToken) is not { } message)
            return DispositionResult.LockLost;
        switch (settlement)
        {
            case Complete:
                Remove(message);
                break;
            case DeadLetter when DeadLetters is null:
                return DispositionResult.NotAllowed;
            case DeadLetter letter:
                MoveToDeadLetters(message, letter.Reason, letter.Description, letter.Changes);
                break;
            case Defer:
                Change(message, MessageState.Deferred, settlement.Changes);
                Unlock(message);
                break;
            case Release:
                _services.WriteToJournal(new Delivered(Path, message.Sequence, message.Deliveries - 1));
                message.Deliveries--;
                Unlock(message);
                break;
            default:
                if (settlement.Changes.Count > 0)
                    Change(message, message.State, settlement.Changes);
                ReturnToQueue(message);
                break;
        }

        Pump();
        return DispositionResult.Done;
    }

    /// <summary>Renews a lock. Returns its new expiry; null if the lock was lost.</summary>
    public DateTimeOffset? Renew(Guid lockToken)
    {
        if (FindLocked(lockToken) is not { } message)
            return null;
        _locks.Renew(message, _services.Now);
        _services.Timer.FireBy(message.LockedUntil);
        return message.LockedUntil;
    }

    /// <summary>Takes deferred messages by sequence number: all of them, or null if one does not exist or is locked.</summary>
    public IReadOnlyList<StoredMessage>? TakeDeferred(IReadOnlyList<long> sequences, bool delete)
    {
        var found = new List<StoredMessage>(sequences.Count);
        foreach (var sequence in sequences)
        {
            if (_messages.Find(sequence) is not { State: MessageState.Deferred, Lock: null } message || IsExpired(message))
                return null;
            found.Add(message);
        }

        foreach (var message in found)
        {
            if (delete)
            {
                Remove(message);
                continue;
            }

            CountDelivery(message);
            Lock(message);
        }

        return found;
    }

    /// <summary>Returns messages from this sequence number on, in any state, without locking them.</summary>
    public IEnumerable<StoredMessage> Peek(long fromSequence, int count) =>
        _messages.From(fromSequence).Where(message => !IsExpired(message)).Take(count);

    /// <summary>Processes expired locks and messages. Returns the time of the next expiry.</summary>
    public DateTimeOffset ProcessDue()
    {
        while (_locks.First is { } oldest && oldest.LockedUntil <= _services.Now)
            ReturnToQueue(oldest);
        while (_expiring.TryPeek(out var message, out var at) && (message.Removed || at <= _services.Now))
        {
            _expiring.Dequeue();

            // A locked message does not expire while it is locked: returning it to the queue checks the time again.
            if (!message.Removed && message.Lock is null)
                Expire(message);
        }

        Pump();
        var expiry = _expiring.TryPeek(out _, out var next) ? next : DateTimeOffset.MaxValue;
        return _locks.NextExpiry < expiry ? _locks.NextExpiry : expiry;
    }

    public IEnumerable<JournalEntry> Snapshot()
    {
        yield return new LastSequence(Path, _lastSequence);
        foreach (var message in _messages.From(0))
        {
            yield return new Stored(
                Path, message.Sequence, message.EnqueuedSequence, message.EnqueuedAt, message.ExpiresAt, message.Deliveries,
                message.State == MessageState.Deferred,
                message.DeadLetterSource ?? "",
                message.ApplicationProperties,
                message.Content.Encoded);
        }
    }

    public void RestoreLastSequence(long last) => _lastSequence = Math.Max(_lastSequence, last);

    /// <summary>For replay: finds the message of a journal entry; null if it no longer exists.</summary>
    public StoredMessage? Find(long sequence) => _messages.Find(sequence);

    public void RemoveFromMemory(StoredMessage message)
    {
        message.Removed = true;
        _messages.Remove(message);
        _locks.Remove(message);
    }

    /// <summary>Creates the dead letter for a message.</summary>
    public StoredMessage ToDeadLetter(StoredMessage message, long sequence, ReadOnlyMemory<byte> properties) =>
        new(message.Content, sequence)
        {
            EnqueuedSequence = message.Sequence,
            EnqueuedAt = message.EnqueuedAt,
            DeadLetterSource = Path,
            Deliveries = message.Deliveries,
            ApplicationProperties = properties,
        };

    private StoredMessage? TakeReady()
    {
        while (_ready.TryDequeue(out var message, out _))
        {
            if (!message.IsReady)
                continue;
            if (!IsExpired(message))
                return message;
            Expire(message);
        }

        return null;
    }

    private void Deliver(StoredMessage message, Consumer consumer)
    {
        try
        {
            if (consumer.Deletes)
                Remove(message);
            else
                CountDelivery(message);
        }
        catch (IOException)
        {
            _ready.Enqueue(message, message.Sequence);
            throw;
        }

        if (!consumer.Deletes)
            Lock(message);
        _consumersWithCredit.Remove(consumer.Turn!);
        if (--consumer.Credit > 0)
            _consumersWithCredit.AddLast(consumer.Turn!);
        else
            consumer.Turn = null;
        consumer.Deliver(message);
    }

    private StoredMessage? FindLocked(Guid lockToken)
    {
        if (_locks.Find(lockToken) is not { } message)
            return null;
        if (message.LockedUntil > _services.Now)
            return message;
        ReturnToQueue(message);
        Pump();
        return null;
    }

    private void CountDelivery(StoredMessage message)
    {
        _services.WriteToJournal(new Delivered(Path, message.Sequence, message.Deliveries + 1));
        message.Deliveries++;
    }

    private void Lock(StoredMessage message)
    {
        _locks.Add(message, _services.Now);
        _services.Timer.FireBy(message.LockedUntil);
    }

    private void Unlock(StoredMessage message)
    {
        _locks.Remove(message);
        if (IsExpired(message))
            Expire(message);
        else if (message.State == MessageState.Active)
            _ready.Enqueue(message, message.Sequence);
    }

    // Abandoned, or its lock expired: back to the queue, or to the dead letters after the maximum number of deliveries.
    private void ReturnToQueue(StoredMessage message)
    {
        if (message.Deliveries >= _settings.MaxDeliveryCount && message.State == MessageState.Active)
        {
            MoveToDeadLetters(
                message,
                "MaxDeliveryCountExceeded",
                $"Message could not be consumed after {_settings.MaxDeliveryCount} delivery attempts.",
                NoChanges);
        }
        else
        {
            Unlock(message);
        }
    }

    private bool IsExpired(StoredMessage message) => message.ExpiresAt <= _services.Now;

    private void Expire(StoredMessage message)
    {
        if (_settings.DeadLetterOnExpiration)
            MoveToDeadLetters(message, "TTLExpiredException", "The message expired and was dead lettered.", NoChanges);
        else
            Remove(message);
    }

    private void Change(StoredMessage message, MessageState state, IReadOnlyDictionary<string, object?> changes)
    {
        var properties = PropertySection.With(message.ApplicationProperties, changes);
        _services.WriteToJournal(new Changed(Path, message.Sequence, state == MessageState.Deferred, properties));
        message.ApplicationProperties = properties;
        message.State = state;
    }

    private void Remove(StoredMessage message)
    {
        _services.WriteToJournal(new Removed(Path, message.Sequence));
        RemoveFromMemory(message);
    }

    private void MoveToDeadLetters(StoredMessage message, string? reason, string? description, IReadOnlyDictionary<string, object?> changes)
    {
        var all = new Dictionary<string, object?>(changes, StringComparer.Ordinal);
        if (reason is not null)
            all["DeadLetterReason"] = reason;
        if (description is not null)
            all["DeadLetterErrorDescription"] = description;
        var properties = PropertySection.With(message.ApplicationProperties, all);
        var sequence = DeadLetters!.NextSequence();
        _services.WriteToJournal(new DeadLettered(Path, message.Sequence, sequence, properties));
        RemoveFromMemory(message);
        DeadLetters.Add(ToDeadLetter(message, sequence, properties));
        DeadLetters.Pump();
    }
}
