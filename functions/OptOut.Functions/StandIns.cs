using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;

namespace OptOut.Functions;

internal static class StandIns
{
    // Set for every app in Azure, on every plan; the Functions Core Tools on a developer's machine do not.
    private const string AzureSite = "WEBSITE_SITE_NAME";

    /// <summary>
    /// Refuses to start on Azure with the stand-in for the Service Bus extension, with which no opt-out would reach a vendor. A deployment
    /// that was not made by <c>dotnet publish</c> contains it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The stand-in is in use on Azure. The message states what to do.</exception>
    public static void RefuseStandIns(this FunctionsApplicationBuilder builder)
    {
        var extension = typeof(ServiceBusTriggerAttribute).Assembly.GetName().Name;
        if (extension != "Microsoft.Azure.Functions.Worker.Extensions.ServiceBus" && builder.Configuration[AzureSite] is { Length: > 0 })
        {
            throw new InvalidOperationException(
                $"{extension} cannot run on Azure: deploy what `dotnet publish functions/OptOut.Functions` makes.");
        }
    }
}
