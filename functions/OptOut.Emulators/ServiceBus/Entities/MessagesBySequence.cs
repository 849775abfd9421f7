namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>Messages by sequence number: found in constant time, enumerated in order from any number.</summary>
internal sealed class MessagesBySequence
{
    private readonly Dictionary<long, StoredMessage> _byNumber = [];
    private readonly SortedSet<long> _order = [];

    public void Add(StoredMessage message)
    {
        _byNumber.Add(message.Sequence, message);
        _order.Add(message.Sequence);
    }

    public void Remove(StoredMessage message)
    {
        _byNumber.Remove(message.Sequence);
        _order.Remove(message.Sequence);
    }

    public StoredMessage? Find(long sequence) => _byNumber.GetValueOrDefault(sequence);

    public IEnumerable<StoredMessage> From(long sequence) =>
        _order.GetViewBetween(sequence, long.MaxValue).Select(number => _byNumber[number]);
}
