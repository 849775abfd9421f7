using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Vendors;

namespace OptOut.Functions;

/// <summary>The webhooks that vendors call. Anonymous to the host: each call is authenticated by its signature.</summary>
internal sealed class VendorFunctions(VendorWebhooks webhooks)
{
    [Function("VendorWebhook")]
    public Task<IResult> VendorWebhook(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/{vendor}/{webhook}")] HttpRequest request,
        string vendor,
        string webhook,
        CancellationToken cancellationToken) =>
        webhooks.PostAsync(request, vendor, webhook, cancellationToken);
}
