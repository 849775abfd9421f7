using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using OptOut.Emulators.Sandbox;

namespace OptOut.Tests.Vendors;

/// <summary>
/// A proxy between the product and its blob storage that can fail as a vendor does. Everything else passes through unchanged, which works
/// because the signature of the shared key does not cover the host.
/// </summary>
internal sealed class FaultyStorageProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly Uri _blobs;
    private readonly SandboxVendor _vendor;

    private FaultyStorageProxy(WebApplication app, Uri blobs, SandboxVendor vendor) => (_app, _blobs, _vendor) = (app, blobs, vendor);

    /// <summary>The connection string for the product.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <param name="storage">The connection string of the real storage.</param>
    /// <param name="vendor">The vendor whose configured failures the proxy returns.</param>
    public static async Task<FaultyStorageProxy> StartAsync(string storage, SandboxVendor vendor, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var parts = storage
            .Split(';', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(
                p => p[..p.IndexOf('=', StringComparison.Ordinal)],
                p => p[(p.IndexOf('=', StringComparison.Ordinal) + 1)..],
                StringComparer.Ordinal);
        var blobs = new Uri(parts["BlobEndpoint"]);
        var proxy = new FaultyStorageProxy(app, blobs, vendor);
        app.Run(proxy.AnswerAsync);
        await app.StartAsync(cancellationToken);
        parts["BlobEndpoint"] = new Uri(new Uri(app.Urls.First()), blobs.AbsolutePath).ToString();
        proxy.ConnectionString = string.Join(';', parts.Select(p => $"{p.Key}={p.Value}"));
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (await _vendor.Failures.AnswerAsync(context, _vendor))
            return;
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(_blobs, context.Request.GetEncodedPathAndQuery()))
        {
            Content = new StreamContent(context.Request.Body),
        };
        foreach (var (name, value) in context.Request.Headers.Where(h => !h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }

        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers
            .Concat(answer.Content.Headers)
            .Where(h => h.Key is not ("Transfer-Encoding" or "Connection")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method) && context.Response.StatusCode is not (204 or 304))
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
