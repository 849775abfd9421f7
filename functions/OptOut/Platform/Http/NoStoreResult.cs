using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>An answer about one person: no cache on the way may keep it (RFC 9111 section 5.2.2.5).</summary>
internal sealed class NoStoreResult(IResult answer) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        return answer.ExecuteAsync(httpContext);
    }
}
