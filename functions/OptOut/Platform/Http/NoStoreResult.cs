using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A response about one person, which no cache may store (RFC 9111 section 5.2.2.5).</summary>
/// <param name="entityTag">Without quotes; null for no <c>ETag</c> header.</param>
internal sealed class NoStoreResult(IResult answer, string? entityTag = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        if (entityTag is not null)
            httpContext.Response.Headers.ETag = $"\"{entityTag}\"";
        return answer.ExecuteAsync(httpContext);
    }
}
