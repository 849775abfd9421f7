using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Vendors;

/// <summary>Either a body that arrived whole, or the outcome that says why there is none.</summary>
/// <param name="Json">The body, where <see cref="VendorCall.Json"/> asked for it; null also where the answer was a 404 that may be.</param>
internal readonly record struct VendorReply(HttpStatusCode Status, byte[] Body, JsonElement? Json, VendorOutcome? Failure)
{
    public static VendorReply Failed(VendorOutcome failure) => new(default, [], null, failure);

    public override string ToString() => Failure?.ToString() ?? Status.ToString();
}

/// <summary>Makes calls of vendors' APIs, each once: trying again is decided outside. Whatever happens becomes a reply or an outcome.</summary>
internal sealed partial class VendorHttp(IHttpClientFactory clients, TimeProvider time, ILogger<VendorHttp> logger)
{
    private const string ClientName = "vendors";

    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of ours is an outcome.</exception>
    public async Task<VendorReply> CallAsync(VendorCall call, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Call(call.Vendor, call.Operation);
        using var either = time.Limit(call.Timeout, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var http = clients.CreateClient(ClientName);
            var answer = await call.Send(http, either.Token);
            using var content = answer.Content;
            var body = await content.ReadAsByteArrayAsync(either.Token);
            span.Answered((int)answer.Status);
            LogAnswered(call.Vendor, (int)answer.Status, call.Operation, time.GetElapsedTime(started).TotalMilliseconds);
            if (call.Judge(answer.Status, answer.Headers, body, time.GetUtcNow()) is { } failure)
                return VendorReply.Failed(failure);
            if (!call.Json || !call.Expected.Contains(answer.Status))
                return new VendorReply(answer.Status, body, null, null);
            return VendorField.Parse(body) is { } json
                ? new VendorReply(answer.Status, body, json, null)
                : VendorReply.Failed(call.Unreadable());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            span.Answered(null, "timeout");
            LogUnanswered(call.Vendor, call.Operation, "timeout");
            return VendorReply.Failed(call.TooLate());
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = Fault(e);
            span.Answered(null, fault);
            LogUnanswered(call.Vendor, call.Operation, fault);
            return VendorReply.Failed(call.Unreachable(fault));
        }
    }

    /// <summary>The kind of fault; the message may hold the request's URL, which may hold an address.</summary>
    private static string Fault(Exception e) => (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name;

    /// <summary>
    /// A client through which an address in a URL reaches nobody but the vendor. The factory's loggers write paths, and HttpClient puts the URL
    /// into its activities, which a tracing exporter would send on: both are off, and whoever calls logs the operation instead.
    /// </summary>
    public static IServiceCollection AddClient(IServiceCollection services)
    {
        services.AddHttpClient(ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
        return services;
    }

    [LoggerMessage(LogLevel.Debug, "{Vendor} answered {Status} to {Operation} in {Milliseconds:F0} ms")]
    private partial void LogAnswered(string vendor, int status, string operation, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "{Vendor} gave no answer to {Operation}: {Fault}")]
    private partial void LogUnanswered(string vendor, string operation, string fault);
}
