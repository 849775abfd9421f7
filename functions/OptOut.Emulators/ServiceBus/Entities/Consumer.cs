namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>Someone who takes messages out of a queue, for as long as they have credit.</summary>
/// <param name="deletes">Receive-and-delete: what is handed over is gone, without a lock.</param>
/// <param name="deliver">Hands a message over. Called under the broker's gate; must not block.</param>
internal sealed class Consumer(bool deletes, Action<StoredMessage> deliver)
{
    public bool Deletes => deletes;

    /// <summary>How many more messages it wants.</summary>
    public uint Credit { get; set; }

    /// <summary>Its place among those with credit; null while it has none.</summary>
    public LinkedListNode<Consumer>? Turn { get; set; }

    public void Deliver(StoredMessage message) => deliver(message);
}
