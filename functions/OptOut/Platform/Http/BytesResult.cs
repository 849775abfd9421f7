using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>
/// A body of bytes. <c>Results.Bytes</c> reads <c>If-Match</c> and <c>If-None-Match</c> even when there is no tag to compare with, and
/// their parser takes the square of their length: see <see cref="HeaderList"/>. The server leaves the body out of the answer to a HEAD.
/// </summary>
internal sealed class BytesResult(byte[] bytes, string contentType) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        (response.ContentType, response.ContentLength) = (contentType, bytes.Length);
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}
