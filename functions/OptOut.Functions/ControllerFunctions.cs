using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Api;
using OptOut.Api.PhoneAgents;

namespace OptOut.Functions;

/// <summary>The functions that the controller's own systems call, with a function key.</summary>
internal sealed class ControllerFunctions(
    SubjectEndpoint subjects, LinkEndpoint links, CheckEndpoint check, ProofEndpoint proofs, AgentEndpoint agents, HealthEndpoint health)
{
    [Function("PutSubject")]
    public Task<IResult> PutSubject(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/subjects/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        subjects.PutAsync(request, id, cancellationToken);

    [Function("PostLink")]
    public Task<IResult> PostLink(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/links")] HttpRequest request, CancellationToken cancellationToken) =>
        links.PostAsync(request, cancellationToken);

    [Function("Check")]
    public Task<IResult> Check(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/check")] HttpRequest request, CancellationToken cancellationToken) =>
        check.GetAsync(request, cancellationToken);

    [Function("GetSubjectProof")]
    public Task<IResult> GetSubjectProof(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/subjects/{id}/proof")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        proofs.GetAsync(id, cancellationToken);

    [Function("PostOptOut")]
    public Task<IResult> PostOptOut(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/opt-outs")] HttpRequest request,
        CancellationToken cancellationToken) =>
        agents.PostAsync(request, cancellationToken);

    [Function("Health")]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health")] HttpRequest request,
        CancellationToken cancellationToken) =>
        health.GetAsync(cancellationToken);
}
