using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Messaging;

namespace OptOut.Functions;

/// <summary>One function for each subscription of the topic.</summary>
internal sealed class BusFunctions(
    ApplyHandler apply, ChannelHandler channels, ConfirmationHandler confirmations, ILogger<BusFunctions> logger)
{
    [Function("Apply")]
    public async Task Apply(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Apply, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await apply.HandleAsync(message, cancellationToken), logger, cancellationToken);

    [Function("PushEmail")]
    public async Task PushEmail(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Email, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(
            message, await channels.HandleAsync(message, Channel.Email, cancellationToken), logger, cancellationToken);

    [Function("PushSms")]
    public async Task PushSms(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Sms, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Sms, cancellationToken), logger, cancellationToken);

    [Function("PushPhone")]
    public async Task PushPhone(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Phone, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => await actions.SettleAsync(
            message, await channels.HandleAsync(message, Channel.Phone, cancellationToken), logger, cancellationToken);

    [Function("PushPost")]
    public async Task PushPost(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Post, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await channels.HandleAsync(message, Channel.Post, cancellationToken), logger, cancellationToken);

    [Function("Confirm")]
    public async Task Confirm(
        [ServiceBusTrigger(Topology.BusTopic, Topology.Confirmation, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await confirmations.HandleAsync(message, cancellationToken), logger, cancellationToken);
}
