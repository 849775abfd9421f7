using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using OptOut.Delivery;
using OptOut.Messaging;

namespace OptOut.Functions;

/// <summary>The mail with a person's own link, which is requested on the public page.</summary>
internal sealed class LinkMailFunctions(LinkMailHandler links, ILogger<LinkMailFunctions> logger)
{
    [Function("MailLink")]
    public async Task MailLink(
        [ServiceBusTrigger(Topology.BusTopic, Topology.LinkMail, Connection = Topology.Connection, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        await actions.SettleAsync(message, await links.HandleAsync(message, cancellationToken), logger, cancellationToken);
}
