using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using OptOut.Api.Codes;
using OptOut.Web;

namespace OptOut.Functions;

/// <summary>Printed codes: the controller's systems order them, a person types or scans them.</summary>
internal sealed class CodeFunctions(CodeOrderEndpoint orders, CodeEndpoint codes, QrEndpoint pictures)
{
    [Function("PostCodes")]
    public Task<IResult> PostCodes(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/codes")] HttpRequest request, CancellationToken cancellationToken) =>
        orders.PostAsync(request, cancellationToken);

    [Function("TypeCode")]
    public Task<IResult> TypeCode(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "q")] HttpRequest request,
        CancellationToken cancellationToken) =>
        codes.TypeAsync(request, cancellationToken);

    [Function("OpenCode")]
    public Task<IResult> OpenCode(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "q/{code}")] HttpRequest request,
        string code,
        CancellationToken cancellationToken) =>
        codes.OpenAsync(request, code, cancellationToken);

    [Function("CodeAsSvg")]
    public IResult CodeAsSvg(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "q/{code}/qr.svg")] HttpRequest request, string code) =>
        pictures.Svg(code);

    [Function("CodeAsPng")]
    public IResult CodeAsPng(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "q/{code}/qr.png")] HttpRequest request, string code) =>
        pictures.Png(code);
}
