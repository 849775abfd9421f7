using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;

namespace OptOut.Messaging;

/// <summary>What goes over the bus: that a subject changed, or that somebody asked for a link.</summary>
internal interface IBusMessage
{
    /// <summary>Recognises a message published twice.</summary>
    Guid Id { get; }

    /// <summary>Whom it is about, as a log may say it: a subject key or a keyed hash.</summary>
    string About { get; }

    ServiceBusMessage ToServiceBus();
}

/// <summary>A message as its handler takes it: it can be read, and sent again later.</summary>
internal interface IBusMessage<TSelf> : IBusMessage
    where TSelf : class, IBusMessage<TSelf>
{
    /// <summary>How often what it asks for has been tried.</summary>
    int Attempt { get; }

    /// <summary>How often it has waited for the store.</summary>
    int Wait { get; }

    /// <summary>Reads a message and holds it to the contract.</summary>
    /// <param name="problem">What is wrong with it, without anything personal.</param>
    static abstract bool TryRead(ServiceBusReceivedMessage received, [NotNullWhen(true)] out TSelf? message, [NotNullWhen(false)] out string? problem);

    /// <summary>The same for one subscription, after one more try.</summary>
    TSelf NextAttempt(string subscription);

    /// <summary>The same for one subscription, after one more wait.</summary>
    TSelf Deferred(string subscription);

    /// <summary>
    /// The same for one subscription, out of a dead letter: tried anew, from the first. The dead letter's number is part of the message id of this one and of
    /// every try that follows, so that the bus takes none of them for a message it had within <see cref="Topology.DuplicateWindow"/>, and drops it.
    /// </summary>
    /// <param name="deadLetter">The dead letter's sequence number, which no other of the subscription ever has.</param>
    TSelf ReplayedFor(string subscription, long deadLetter);
}
