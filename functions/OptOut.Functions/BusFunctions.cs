using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Messaging;

namespace OptOut.Functions;

/// <summary>One function for each subscription of the topic.</summary>
internal sealed class BusFunctions(ApplyHandler apply, ChannelHandler channels, AcknowledgeHandler acknowledge, ILogger<BusFunctions> logger)
{
    [Function("Apply")]
    public async Task Apply(
        [ServiceBusTrigger(Topology.Topic, Topology.Apply, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await apply.HandleAsync(message, cancellationToken), logger, cancellationToken);

    [Function("PushEmail")]
    public async Task PushEmail(
        [ServiceBusTrigger(Topology.Topic, Topology.Email, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Email, cancellationToken), logger, cancellationToken);

    [Function("PushSms")]
    public async Task PushSms(
        [ServiceBusTrigger(Topology.Topic, Topology.Sms, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Sms, cancellationToken), logger, cancellationToken);

    [Function("PushPhone")]
    public async Task PushPhone(
        [ServiceBusTrigger(Topology.Topic, Topology.Phone, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Phone, cancellationToken), logger, cancellationToken);

    [Function("PushPost")]
    public async Task PushPost(
        [ServiceBusTrigger(Topology.Topic, Topology.Post, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Post, cancellationToken), logger, cancellationToken);

    [Function("Acknowledge")]
    public async Task Acknowledge(
        [ServiceBusTrigger(Topology.Topic, Topology.Acknowledge, Connection = Topology.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(message, await acknowledge.HandleAsync(message, cancellationToken), logger, cancellationToken);
}
