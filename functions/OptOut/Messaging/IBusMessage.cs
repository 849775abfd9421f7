using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;

namespace OptOut.Messaging;

/// <summary>A message on the bus: a subject changed, or someone requested a link.</summary>
internal interface IBusMessage
{
    /// <summary>Identifies a message that is published twice.</summary>
    Guid Id { get; }

    /// <summary>Whom the message is about, safe to log: a subject key or a keyed hash.</summary>
    string About { get; }

    ServiceBusMessage ToServiceBus();
}

/// <summary>A message that a handler can read and send again later.</summary>
internal interface IBusMessage<TSelf> : IBusMessage
    where TSelf : class, IBusMessage<TSelf>
{
    /// <summary>The number of attempts so far.</summary>
    int Attempt { get; }

    /// <summary>How often the message has waited for the store.</summary>
    int Wait { get; }

    /// <summary>The number of the dead letter it was replayed from; 0 for none.</summary>
    long Replay { get; }

    /// <summary>How often its handler has thrown.</summary>
    int Failures { get; }

    /// <summary>How often it was published afresh because processes died that handled it.</summary>
    int Restarts { get; }

    /// <summary>Reads a message and verifies that it meets the contract.</summary>
    /// <param name="problem">What is wrong with it, without personal data.</param>
    static abstract bool TryRead(
        ServiceBusReceivedMessage received, [NotNullWhen(true)] out TSelf? message, [NotNullWhen(false)] out string? problem);

    /// <summary>The same message for one subscription, after one more attempt.</summary>
    TSelf NextAttempt(string subscription);

    /// <summary>The same message for one subscription, after one more wait.</summary>
    TSelf Deferred(string subscription);

    /// <summary>The same message for one subscription, after its handler threw.</summary>
    TSelf AfterFailure(string subscription);

    /// <summary>The same message for one subscription, after the processes that handled it died.</summary>
    TSelf Restarted(string subscription);

    /// <summary>
    /// The same message for one subscription, replayed from a dead letter with its attempts reset. The dead letter's number is part of this
    /// message id and that of every later attempt, so that the bus does not drop one as a duplicate within
    /// <see cref="Topology.DuplicateWindow"/>.
    /// </summary>
    /// <param name="deadLetter">The dead letter's sequence number, unique within the subscription.</param>
    TSelf ReplayedFor(string subscription, long deadLetter);
}
