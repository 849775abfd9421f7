using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Api.Portal;
using OptOut.Api.ReadyTexts;

namespace OptOut.Functions;

/// <summary>The functions for the controller's customer portal, and for the people who write its messages.</summary>
internal sealed class PortalFunctions(PortalEndpoint preferences, ReadyTextsEndpoint texts)
{
    [Function("GetSubjectPreferences")]
    public Task<IResult> GetSubjectPreferences(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/subjects/{id}/preferences")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        preferences.GetAsync(id, cancellationToken);

    [Function("PutSubjectPreferences")]
    public Task<IResult> PutSubjectPreferences(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/subjects/{id}/preferences")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        preferences.PutAsync(request, id, cancellationToken);

    [Function("ReadyTexts")]
    public IResult ReadyTexts(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/texts/{language}")] HttpRequest request, string language) =>
        texts.Get(request, language);
}
