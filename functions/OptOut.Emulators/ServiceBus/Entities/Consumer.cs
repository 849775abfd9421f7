namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>A consumer, which receives messages from a queue as long as it has credit.</summary>
/// <param name="deletes">True for receive-and-delete: a delivered message is removed at once, without a lock.</param>
/// <param name="deliver">Delivers a message. Called under the broker's gate; must not block.</param>
internal sealed class Consumer(bool deletes, Action<StoredMessage> deliver)
{
    public bool Deletes => deletes;

    /// <summary>The number of messages it still accepts.</summary>
    public uint Credit { get; set; }

    /// <summary>Its node in the list of consumers with credit; null while it has none.</summary>
    public LinkedListNode<Consumer>? Turn { get; set; }

    public void Deliver(StoredMessage message) => deliver(message);
}
