using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OptOut.Judge.Faults;

/// <summary>
/// A proxy that knows requests and answers, and can answer itself as Azure Tables does. It never sends a request twice: only if a target
/// refuses the connection, so that nothing was sent, is the next target tried.
/// </summary>
internal sealed class HttpProxy : IAsyncDisposable
{
    // Longer than the product waits for a table.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(7), SlowRequest = TimeSpan.FromMilliseconds(400);
    private readonly WebApplication _app;
    private readonly Func<IEnumerable<int>> _targets;
    private readonly HttpMessageInvoker _http;

    private HttpProxy(WebApplication app, Func<IEnumerable<int>> targets, bool keepConnections)
    {
        _app = app;
        _targets = targets;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            // The handler repeats a request by itself when a kept connection turns out to be closed.
            PooledConnectionLifetime = keepConnections ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        });
    }

    public Troubles Troubles { get; } = new();

    /// <summary>By the port of the target.</summary>
    public ConcurrentDictionary<int, AnswerTrap> Traps { get; } = new();

    /// <param name="port">Where it listens.</param>
    /// <param name="targets">The ports to try, in this order.</param>
    /// <param name="keepConnections">Only for a target that does not close connections and is never killed.</param>
    public static async Task<HttpProxy> StartAsync(int port, Func<IEnumerable<int>> targets, bool keepConnections)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var proxy = new HttpProxy(app, targets, keepConnections);
        app.Run(proxy.AnswerAsync);
        await app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = body.ToArray();
            if (Troubles.TryDraw(manner => TableErrors.Applies(manner, context.Request, request), out var manner, out var ended))
                await TroubledAsync(context, request, manner, ended);
            else if (await SendAsync(context, request) is { } answer)
                await (Traps.TryGetValue(answer.Port, out var trap) && trap.Takes(context.Request, answer)
                    ? trap.PassOnAsync(context, answer)
                    : answer.WriteAsync(context));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or BadHttpRequestException)
        {
            // A gateway would answer 502. A closed connection says the same and cannot be taken for an answer of the product.
            context.Abort();
        }
    }

    private async Task TroubledAsync(HttpContext context, byte[] request, Manner manner, Task ended)
    {
        switch (manner)
        {
            case Manner.Slow:
                await Task.Delay(SlowRequest, TimeProvider.System, context.RequestAborted);
                await WriteAsync(context, await SendAsync(context, request));
                return;
            case Manner.Stall:
                await ended.WaitAsync(context.RequestAborted);
                await WriteAsync(context, await SendAsync(context, request));
                return;
            case Manner.CutRequest:
                await SendAsync(context, request, half: true);
                context.Abort();
                return;
            case Manner.LoseAnswer:
                await SendAsync(context, request);
                context.Abort();
                return;
            case Manner.CutAnswer:
                if (await SendAsync(context, request) is { } cut)
                    await cut.WriteHalfAsync(context);
                context.Abort();
                return;
            case Manner.TimeoutBefore:
                await Task.Delay(Timeout, TimeProvider.System, context.RequestAborted);
                context.Abort();
                return;
            case Manner.TimeoutAfter:
                await SendAsync(context, request);
                await Task.Delay(Timeout, TimeProvider.System, context.RequestAborted);
                context.Abort();
                return;
            default:
                // Only what was stored may be reported as a conflict with itself.
                if (manner.ToString().EndsWith("After", StringComparison.Ordinal)
                    && await SendAsync(context, request) is { } real
                    && (manner is Manner.Error409After or Manner.Error412After) && !real.IsSuccess)
                {
                    await real.WriteAsync(context);
                    return;
                }

                await TableErrors.WriteAsync(context, request, manner);
                return;
        }
    }

    private static async Task WriteAsync(HttpContext context, ProxyAnswer? answer)
    {
        if (answer is not null)
            await answer.WriteAsync(context);
    }

    /// <returns>Null when every target refused the connection; the caller's was then closed.</returns>
    private async Task<ProxyAnswer?> SendAsync(HttpContext context, byte[] body, bool half = false)
    {
        foreach (var port in _targets())
        {
            using var request = Copy(context, body, port, half);
            try
            {
                using var answer = await _http.SendAsync(request, context.RequestAborted);
                return new ProxyAnswer(
                    port,
                    (int)answer.StatusCode,
                    [.. answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection"))],
                    await answer.Content.ReadAsByteArrayAsync(context.RequestAborted));
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // Nothing was sent.
            }
        }

        context.Abort();
        return null;
    }

    private static HttpRequestMessage Copy(HttpContext context, byte[] body, int port, bool half)
    {
        // As it came: the signature covers the path, and what a path may contain is none of a proxy's business.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(
                FormattableString.Invariant($"http://127.0.0.1:{port}{target}"),
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = (body.Length == 0 && context.Request.ContentLength is null, half) switch
            {
                (true, _) => null,
                (_, true) => new HalfContent(body),
                _ => new ByteArrayContent(body),
            },
        };
        foreach (var (name, value) in context.Request.Headers.Where(h => h.Key is not ("Transfer-Encoding" or "Connection" or "Expect")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
        }

        return request;
    }

    // Announces everything and sends half, so that the target waits for the rest until the connection closes.
    private sealed class HalfContent(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await stream.FlushAsync();
            throw new IOException("The other half is not sent.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
