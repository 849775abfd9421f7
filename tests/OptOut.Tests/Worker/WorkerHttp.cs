using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace OptOut.Tests.Worker;

/// <summary>
/// Sends a request as the Functions host does: finds the function by its route, tells the worker to invoke it, and forwards the request to
/// the worker's own port with the invocation id. Like the host's proxy, it replaces X-Forwarded-For by the address of the host's caller.
/// </summary>
/// <param name="worker">The worker that runs the functions.</param>
/// <param name="caller">The address of the host's caller.</param>
internal sealed class WorkerHttp(WorkerProcess worker, string caller = "198.51.100.1")
    : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    public HttpClient Client() => new(this) { BaseAddress = worker.HttpAddress };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (function, values) = Find(request.Method.Method, request.RequestUri!.AbsolutePath);
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        request.Headers.Add("x-ms-invocation-id", id);
        request.Headers.Remove("X-Forwarded-For");
        request.Headers.Add("X-Forwarded-For", caller);
        request.Headers.Add("X-Forwarded-Host", "optout.example.com");
        request.Headers.Add("X-Forwarded-Proto", "https");
        var invoked = worker.InvokeHttpAsync(function, id, values.Select(v => (v.Key, (string)v.Value!)));
        var response = await base.SendAsync(request, cancellationToken);
        Assert.Equal("Success", await invoked);
        return response;
    }

    private (string Function, RouteValueDictionary Values) Find(string method, string path)
    {
        var found = from function in worker.Functions
                    from binding in WorkerProcess.Bindings(function)
                    where (string?)binding["type"] == "httpTrigger"
                    where binding["methods"]!.AsArray().Any(m => method.Equals((string?)m, StringComparison.OrdinalIgnoreCase))
                    let template = TemplateParser.Parse((string)binding["route"]!)
                    let values = new RouteValueDictionary()
                    where new TemplateMatcher(template, []).TryMatch(path, values)
                    orderby template.Parameters.Count
                    select ((string)function["name"]!, values);
        return found.First();
    }
}
