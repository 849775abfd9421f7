using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Vendors.SendGrid;

namespace OptOut.Functions;

/// <summary>What vendors call. Anonymous to the host: each proves itself by its signature.</summary>
public sealed class VendorFunctions(SendGridDoor sendGrid, SendGridInboundDoor inbound)
{
    [Function("SendGridEvents")]
    public Task<IResult> SendGridEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/sendgrid/events")] HttpRequest request, CancellationToken cancellationToken) =>
        sendGrid.PostAsync(request, cancellationToken);

    [Function("SendGridInbound")]
    public Task<IResult> SendGridInbound(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/sendgrid/inbound")] HttpRequest request, CancellationToken cancellationToken) =>
        inbound.PostAsync(request, cancellationToken);
}
