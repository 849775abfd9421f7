using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Messaging;

namespace OptOut.Functions;

/// <summary>
/// The consumers of the topic: one function stores each change, one for each channel brings it to the vendors, one goes on with a vendor
/// that is slow or busy, and one confirms it to the person. They take batches: an execution costs as much for one message as for many.
/// </summary>
internal sealed class BusFunctions(
    ApplyHandler apply, ChannelHandler channels, ConfirmationHandler confirmations, MessageBatches batches, ILogger<BusFunctions> logger)
{
    [Function("Apply")]
    public Task Apply(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Apply, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => HandleAsync(messages, apply.HandleAsync, actions, cancellationToken);

    [Function("PushEmail")]
    public Task PushEmail(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Email, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => PushAsync(Channel.Email, messages, actions, cancellationToken);

    [Function("PushSms")]
    public Task PushSms(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Sms, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => PushAsync(Channel.Sms, messages, actions, cancellationToken);

    [Function("PushPhone")]
    public Task PushPhone(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Phone, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => PushAsync(Channel.Phone, messages, actions, cancellationToken);

    [Function("PushPost")]
    public Task PushPost(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Post, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => PushAsync(Channel.Post, messages, actions, cancellationToken);

    [Function("Confirm")]
    public Task Confirm(
        [ServiceBusTrigger(
            Topology.BusTopic, Topology.Confirmation, Connection = Topology.Connection, IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => HandleAsync(messages, confirmations.HandleAsync, actions, cancellationToken);

    /// <summary>Takes one message at a time: a push that is slow must hold up no batch, and its lock is renewed.</summary>
    [Function("RetryVendor")]
    public async Task RetryVendor(
        [ServiceBusTrigger(Topology.BusTopic, Topology.VendorRetry, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await channels.RetryAsync(message, cancellationToken), logger, cancellationToken);

    private Task PushAsync(
        Channel channel, ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions, CancellationToken cancellationToken) =>
        HandleAsync(messages, (message, cancel) => channels.HandleAsync(message, channel, cancel), actions, cancellationToken);

    private Task HandleAsync(
        ServiceBusReceivedMessage[] messages,
        Func<ServiceBusReceivedMessage, CancellationToken, Task<Settlement>> handle,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => batches.HandleAsync(
            messages, handle, (message, settlement) => actions.SettleAsync(message, settlement, logger, cancellationToken), cancellationToken);
}
