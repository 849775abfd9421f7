using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Web.PublicForm;
using OptOut.Web.Unsubscribe;

namespace OptOut.Functions;

/// <summary>The functions that a person, or a mail client on their behalf, calls.</summary>
internal sealed class UnsubscribeFunctions(UnsubscribeEndpoint links, PublicEndpoint form)
{
    [Function("Link")]
    public Task<IResult> Link(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", "post", Route = "u/{token}")] HttpRequest request,
        string token,
        CancellationToken cancellationToken) =>
        links.AnswerAsync(request, token, null, cancellationToken);

    [Function("LinkStep")]
    public Task<IResult> LinkStep(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", "post", Route = "u/{token}/{step}")] HttpRequest request,
        string token,
        string step,
        CancellationToken cancellationToken) =>
        links.AnswerAsync(request, token, step, cancellationToken);

    [Function("PublicForm")]
    public Task<IResult> PublicForm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "unsubscribe")] HttpRequest request,
        CancellationToken cancellationToken) =>
        form.AnswerAsync(request, cancellationToken);
}
