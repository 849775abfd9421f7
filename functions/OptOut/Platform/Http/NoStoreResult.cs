using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A response about one person, which no cache may store (RFC 9111 section 5.2.2.5).</summary>
internal sealed class NoStoreResult(IResult answer) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        return answer.ExecuteAsync(httpContext);
    }
}
