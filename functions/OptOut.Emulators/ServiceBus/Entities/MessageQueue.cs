using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>How a queue treats its messages. The dead-letter queue of a queue has no deliveries limit and no expiry.</summary>
internal sealed record QueueSettings(TimeSpan LockDuration, int MaxDeliveryCount, bool DeadLetterOnExpiration);

/// <summary>
/// A subscription, a plain queue, or the dead-letter queue of either. Ready messages wait in order of sequence number,
/// consumers with credit take turns, and nothing here ever walks the whole queue. Call everything under the broker's gate.
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
    private readonly LinkedList<Consumer> _hungry = new();
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

    /// <summary>Adds a message that the journal already has.</summary>
    public void Add(StoredMessage message)
    {
        _lastSequence = Math.Max(_lastSequence, message.Sequence);
        _messages.Add(message);
        if (message.ExpiresAt < DateTimeOffset.MaxValue)
        {
            _expiring.Enqueue(message, message.ExpiresAt);
            _services.Alarm.RingBy(message.ExpiresAt);
        }

        if (message.State == MessageState.Active)
            _ready.Enqueue(message, message.Sequence);
    }

    /// <summary>Hands out what is ready to who is waiting, oldest first, consumers in turn.</summary>
    public void Pump()
    {
        // A delivery can complete a drain, which looks for more: the loop below already does.
        if (_pumping)
            return;
        _pumping = true;
        try
        {
            while (_hungry.First is { } turn && TakeReady() is { } message)
                HandOut(message, turn.Value);
        }
        catch (IOException problem)
        {
            // The journal refused the delivery record. What is waiting stays; the alarm tries again.
            _services.ReportJournalFailure(problem);
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Sets how many more messages a consumer wants, and serves it.</summary>
    public void Grant(Consumer consumer, uint credit)
    {
        consumer.Credit = credit;
        if (credit == 0)
            Leave(consumer);
        else
            consumer.Turn ??= _hungry.AddLast(consumer);
        Pump();
    }

    /// <summary>The consumer wants nothing more. Its locks run on until they expire.</summary>
    public void Leave(Consumer consumer)
    {
        consumer.Credit = 0;
        if (consumer.Turn is not { } turn)
            return;
        _hungry.Remove(turn);
        consumer.Turn = null;
    }

    public DispositionResult Settle(Guid lockToken, Disposition settlement)
    {
        if (Held(lockToken) is not { } message)
            return DispositionResult.LockLost;
        switch (settlement)
        {
            case Complete:
                Remove(message);
                break;
            case Dead when DeadLetters is null:
                return DispositionResult.NotAllowed;
            case Dead letter:
                MoveToDeadLetters(message, letter.Reason, letter.Description, letter.Changes);
                break;
            case Defer:
                Change(message, MessageState.Deferred, settlement.Changes);
                Unlock(message);
                break;
            case Release:
                _services.Write(new Delivered(Path, message.Sequence, message.Deliveries - 1));
                message.Deliveries--;
                Unlock(message);
                break;
            default:
                if (settlement.Changes.Count > 0)
                    Change(message, message.State, settlement.Changes);
                GiveBack(message);
                break;
        }

        Pump();
        return DispositionResult.Done;
    }

    /// <summary>Until when it is held now; null when the lock was lost.</summary>
    public DateTimeOffset? Renew(Guid lockToken)
    {
        if (Held(lockToken) is not { } message)
            return null;
        _locks.Renew(message, _services.Now);
        _services.Alarm.RingBy(message.LockedUntil);
        return message.LockedUntil;
    }

    /// <summary>Takes deferred messages by number: all of them, or null when one is not there to be taken.</summary>
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

    /// <summary>Looks without taking: messages from this number on, whatever their state.</summary>
    public IEnumerable<StoredMessage> Peek(long fromSequence, int count) =>
        _messages.From(fromSequence).Where(message => !IsExpired(message)).Take(count);

    /// <summary>Lets lapse what lapsed by now; answers when to look again.</summary>
    public DateTimeOffset OnTime()
    {
        while (_locks.First is { } oldest && oldest.LockedUntil <= _services.Now)
            GiveBack(oldest);
        while (_expiring.TryPeek(out var message, out var at) && (message.Removed || at <= _services.Now))
        {
            _expiring.Dequeue();

            // A held message outlives its time while it is held: giving it back looks at the clock again.
            if (!message.Removed && message.Lock is null)
                Expire(message);
        }

        Pump();
        var expiry = _expiring.TryPeek(out _, out var next) ? next : DateTimeOffset.MaxValue;
        return _locks.NextExpiry < expiry ? _locks.NextExpiry : expiry;
    }

    public IEnumerable<JournalEntry> Snapshot()
    {
        yield return new Numbered(Path, _lastSequence);
        foreach (var message in _messages.From(0))
        {
            yield return new Stored(
                Path, message.Sequence, message.EnqueuedSequence, message.EnqueuedAt, message.ExpiresAt, message.Deliveries,
                message.State == MessageState.Deferred, message.DeadLetterSource ?? "", message.ApplicationProperties, message.Content.Encoded);
        }
    }

    public void RestoreNumber(long last) => _lastSequence = Math.Max(_lastSequence, last);

    /// <summary>Replay: finds a message that an entry speaks of; null when it is gone.</summary>
    public StoredMessage? Find(long sequence) => _messages.Find(sequence);

    public void Forget(StoredMessage message)
    {
        message.Removed = true;
        _messages.Remove(message);
        _locks.Remove(message);
    }

    /// <summary>The dead letter that this message becomes.</summary>
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

    private void HandOut(StoredMessage message, Consumer consumer)
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
        _hungry.Remove(consumer.Turn!);
        if (--consumer.Credit > 0)
            _hungry.AddLast(consumer.Turn!);
        else
            consumer.Turn = null;
        consumer.Deliver(message);
    }

    private StoredMessage? Held(Guid lockToken)
    {
        if (_locks.Find(lockToken) is not { } message)
            return null;
        if (message.LockedUntil > _services.Now)
            return message;
        GiveBack(message);
        Pump();
        return null;
    }

    private void CountDelivery(StoredMessage message)
    {
        _services.Write(new Delivered(Path, message.Sequence, message.Deliveries + 1));
        message.Deliveries++;
    }

    private void Lock(StoredMessage message)
    {
        _locks.Add(message, _services.Now);
        _services.Alarm.RingBy(message.LockedUntil);
    }

    private void Unlock(StoredMessage message)
    {
        _locks.Remove(message);
        if (IsExpired(message))
            Expire(message);
        else if (message.State == MessageState.Active)
            _ready.Enqueue(message, message.Sequence);
    }

    // Abandoned, or its lock lapsed: back in line, unless it has been tried often enough.
    private void GiveBack(StoredMessage message)
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
        _services.Write(new Changed(Path, message.Sequence, state == MessageState.Deferred, properties));
        message.ApplicationProperties = properties;
        message.State = state;
    }

    private void Remove(StoredMessage message)
    {
        _services.Write(new Removed(Path, message.Sequence));
        Forget(message);
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
        _services.Write(new DeadLettered(Path, message.Sequence, sequence, properties));
        Forget(message);
        DeadLetters.Add(ToDeadLetter(message, sequence, properties));
        DeadLetters.Pump();
    }
}
