using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Platform;

namespace OptOut.Web.Pages;

/// <summary>Renders a component as a whole page, with the headers that every page has.</summary>
internal sealed class PageRenderer(ComponentRenderer components, PageStyle style, IOptions<BrandOptions> brand)
{
    /// <summary>
    /// No scripts, nothing loaded from elsewhere, no framing, forms only to our own origin; never cached, never indexed, and its address
    /// (which contains the token) is never sent as a referrer. A logo is the only picture, and is embedded in the page.
    /// </summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; } =
    [
        new(
            "Content-Security-Policy",
            $"default-src 'none'; style-src {style.Hash};{(brand.Value.Logo.Length > 0 ? " img-src data:;" : "")} form-action "
                + "'self'; base-uri 'none'; frame-ancestors 'none'"),
        new("Referrer-Policy", "no-referrer"),
        new("X-Robots-Tag", "noindex, nofollow"),
        new("X-Content-Type-Options", "nosniff"),
        new("Cache-Control", "no-store"),
        new("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ];

    /// <param name="status">The HTTP status code.</param>
    /// <param name="parameters">The parameters of the component.</param>
    /// <param name="downloadAs">The name of the file to download it as; null shows the page.</param>
    public async Task<IResult> RenderAsync<TPage>(int status, IReadOnlyDictionary<string, object?> parameters, string? downloadAs = null)
        where TPage : IComponent =>
        new Page(status, await components.RenderAsync<TPage>(parameters), "text/html; charset=utf-8", downloadAs, Headers);

    /// <summary>A file to download, with the same headers.</summary>
    public IResult Download(string text, string contentType, string fileName) =>
        new Page(StatusCodes.Status200OK, text, contentType, fileName, Headers);

    private sealed class Page(
        int status, string text, string contentType, string? downloadAs, IReadOnlyList<KeyValuePair<string, string>> headers) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            foreach (var (name, value) in headers)
                httpContext.Response.Headers[name] = value;
            if (downloadAs is not null)
                httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{downloadAs}\"";
            return Results.Text(text, contentType, statusCode: status).ExecuteAsync(httpContext);
        }
    }
}
