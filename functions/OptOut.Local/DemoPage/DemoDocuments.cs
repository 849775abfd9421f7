using System.Reflection;
using Microsoft.AspNetCore.Http;
using OptOut.Local.DemoPage.Components;
using OptOut.Platform;

namespace OptOut.Local.DemoPage;

/// <summary>The page and the files it loads, all served from this address, each with its own content security policy.</summary>
internal sealed class DemoDocuments(ComponentRenderer components)
{
    // Scripts, styles and frames come from this address only, and no site may frame the page.
    private const string PagePolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // A mail's HTML is untrusted: it may not run scripts, load resources or submit forms, and its links open a new window.
    private const string MailPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
            + "sandbox allow-popups allow-popups-to-escape-sandbox";

    public async Task<IResult> PageAsync(DemoView view, int status = StatusCodes.Status200OK)
    {
        var html = await components.RenderAsync<DemoFrame>(new Dictionary<string, object?> { [nameof(DemoFrame.View)] = view });
        return new Document(Results.Text(html, "text/html; charset=utf-8", statusCode: status), PagePolicy);
    }

    public static IResult Mail(string html) => new Document(
        Results.Text(
            html.Replace("<head>", "<head><base target=\"_blank\">", StringComparison.OrdinalIgnoreCase), "text/html; charset=utf-8"),
        MailPolicy);

    /// <summary>
    /// A page with a link that checks again. It does not reload by itself: a page that changes while someone reads it is hard to read
    /// (WCAG 2.2.1).
    /// </summary>
    public static IResult Wait(string title, string text, string again) => new Document(
        Results.Text(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
            <link rel="stylesheet" href="/demo/style.css"></head>
            <body><main class="alone"><section class="inbox"><h1>{title}</h1><p>{text}</p>
            <p><a href="{again}">Check whether the report is ready</a></p></section></main></body>
            </html>
            """,
            "text/html; charset=utf-8"),
        PagePolicy);

    public static IResult Report(IResult report) => new Document(report, Policy: null);

    /// <summary>A file embedded from this folder.</summary>
    public static IResult File(string name, string type) =>
        new Document(
            Results.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream($"DemoPage.{name}")!, type), "default-src 'none'");

    private sealed record Document(IResult Content, string? Policy) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-store";
            return Content.ExecuteAsync(httpContext);
        }
    }
}
