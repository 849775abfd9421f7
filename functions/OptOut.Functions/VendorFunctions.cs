using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Vendors;

namespace OptOut.Functions;

/// <summary>What vendors call. Anonymous to the host: each proves itself by its signature.</summary>
internal sealed class VendorFunctions(VendorDoors doors)
{
    [Function("VendorWebhook")]
    public Task<IResult> VendorWebhook(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "webhooks/{vendor}/{door}")] HttpRequest request, string vendor, string door, CancellationToken cancellationToken) =>
        doors.PostAsync(request, vendor, door, cancellationToken);
}
