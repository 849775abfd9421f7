using System.Net;
using Microsoft.AspNetCore.Http;

namespace OptOut.Local.DemoPage;

/// <summary>
/// Serves only a browser on this machine that has this page open. Listening on the loopback address is not enough, because any web page
/// that the same browser shows can send requests there.
/// </summary>
internal static class LocalRequestFilter
{
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Refusal(context.HttpContext.Request) is { } why
            ? Results.Text(why + "\n", statusCode: StatusCodes.Status403Forbidden)
            : await next(context);

    /// <returns>Null if the request may be served; otherwise the reason for the refusal.</returns>
    public static string? Refusal(HttpRequest request)
    {
        // DNS rebinding: if another site's name resolves to this machine, the browser treats that site's page as same-origin.
        if (!IsLoopback(request.Host.Host))
            return "The demo is served to this machine only: open it as http://127.0.0.1.";
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return null;
        var isSameSite = request.Headers["Sec-Fetch-Site"].ToString() is var site and not "" ? site == "same-origin" : IsOrigin(request);
        return isSameSite ? null : "Only the demo page itself may do this: open it and press its button.";
    }

    private static bool IsOrigin(HttpRequest request) =>
        string.Equals(request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
