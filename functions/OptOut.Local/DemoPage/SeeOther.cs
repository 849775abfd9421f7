using Microsoft.AspNetCore.Http;

namespace OptOut.Local.DemoPage;

internal static class SeeOtherExtensions
{
    /// <summary>303: fetch that address next, with GET. ASP.NET Core has 301, 302, 307 and 308.</summary>
    public static IResult SeeOther(this IResultExtensions _, string address) => new SeeOtherResult(address);

    private sealed class SeeOtherResult(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = address;
            return Task.CompletedTask;
        }
    }
}
