using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A response that asks the client to retry, because nothing durable could be written.</summary>
internal sealed class RetryAfterResult(IResult answer) : IResult
{
    private const string Seconds = "60";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.RetryAfter = Seconds;
        return answer.ExecuteAsync(httpContext);
    }
}
