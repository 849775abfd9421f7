using System.Text;
using Microsoft.AspNetCore.Http;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api.Codes;

/// <summary>
/// <c>/q/{code}/qr.svg</c> and <c>/q/{code}/qr.png</c>: the QR code of a printed code, for a print house. It is drawn from the code alone,
/// without the store, so it does not reveal whether the code was ever printed.
/// </summary>
internal sealed class QrEndpoint(CodeLinks links)
{
    public IResult Svg(string typed) => Draw(typed, "image/svg+xml", code => Encoding.UTF8.GetBytes(links.Svg(code)));

    public IResult Png(string typed) => Draw(typed, "image/png", links.Png);

    private static IResult Draw(string typed, string type, Func<PrintedCode, byte[]> draw) =>
        PrintedCode.TryParse(typed, out var code) ? new Picture(type, draw(code)) : Results.NotFound();

    private sealed class Picture(string type, byte[] bytes) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            // It never changes, so the client may keep it; shared caches may not, because a letter's code opens that person's page.
            httpContext.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
            httpContext.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
            httpContext.Response.Headers.XContentTypeOptions = "nosniff";
            httpContext.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
            return new BytesResult(bytes, type).ExecuteAsync(httpContext);
        }
    }
}
