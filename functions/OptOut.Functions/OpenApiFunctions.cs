using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Api.OpenApi;

namespace OptOut.Functions;

/// <summary>The description of the API, for API gateways and client generators.</summary>
internal sealed class OpenApiFunctions(OpenApiEndpoint document)
{
    [Function("OpenApi")]
    public IResult OpenApi([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/openapi.json")] HttpRequest request) =>
        document.Get(request);
}
