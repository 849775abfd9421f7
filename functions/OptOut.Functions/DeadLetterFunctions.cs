using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Api;
using OptOut.Delivery;

namespace OptOut.Functions;

/// <summary>The dead letters, which an operator inspects and replays.</summary>
internal sealed class DeadLetterFunctions(DeadLetterCounter letters, DeadLettersEndpoint endpoint)
{
    [Function("CountDeadLetters")]
    public Task CountDeadLetters([TimerTrigger("0 15 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        letters.WatchAsync(cancellationToken);

    [Function("GetDeadLetters")]
    public Task<IResult> GetDeadLetters(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/dead-letters")] HttpRequest request,
        CancellationToken cancellationToken) =>
        endpoint.GetAsync(cancellationToken);

    [Function("ReplayDeadLetters")]
    public Task<IResult> ReplayDeadLetters(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/dead-letters/replay")] HttpRequest request,
        CancellationToken cancellationToken) =>
        endpoint.PostReplayAsync(request, cancellationToken);
}
