using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace OptOut.Tests.Worker;

/// <summary>
/// Sends a request as the Functions host does: it finds the function by its route, has the worker invoke it, and passes the request on to the
/// worker's own port under the invocation's id. Its proxy replaces X-Forwarded-For by the address of the host's caller.
/// </summary>
/// <param name="worker">Where the functions are.</param>
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
