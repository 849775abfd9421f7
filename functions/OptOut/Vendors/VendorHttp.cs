using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Vendors;

/// <summary>Either a complete body, or the outcome that explains why there is none.</summary>
/// <param name="Json">The body, if <see cref="VendorCall.ExpectsJson"/> is set; null also for a 404 that is allowed.</param>
internal readonly record struct VendorReply(HttpStatusCode Status, byte[] Body, JsonElement? Json, VendorOutcome? Failure)
{
    public static VendorReply Failed(VendorOutcome failure) => new(default, [], null, failure);

    public override string ToString() => Failure?.ToString() ?? Status.ToString();
}

/// <summary>Calls vendors' APIs, once per call: retries are decided elsewhere. Every result becomes a reply or an outcome.</summary>
internal sealed partial class VendorHttp(IHttpClientFactory clients, TimeProvider time, ILogger<VendorHttp> logger)
{
    private const string ClientName = "vendors";

    /// <exception cref="OperationCanceledException">
    /// The caller cancelled. A timeout of the call itself is an outcome, not an exception.
    /// </exception>
    public async Task<VendorReply> CallAsync(VendorCall call, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Call(call.Vendor, call.Operation);
        using var limit = time.Limit(call.Timeout, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var http = clients.CreateClient(ClientName);
            var response = await call.Send(http, limit.Token);
            using var content = response.Content;
            var body = await content.ReadAsByteArrayAsync(limit.Token);
            span.Answered((int)response.Status);
            LogAnswered(call.Vendor, (int)response.Status, call.Operation, time.GetElapsedTime(started).TotalMilliseconds);
            if (call.FailureOf(response.Status, response.Headers, body, time.GetUtcNow()) is { } failure)
                return VendorReply.Failed(failure);
            span.Succeeded();
            if (!call.ExpectsJson || !call.Expected.Contains(response.Status))
                return new VendorReply(response.Status, body, null, null);
            return VendorField.Parse(body) is { } json
                ? new VendorReply(response.Status, body, json, null)
                : VendorReply.Failed(call.Unreadable());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            span.Answered(null, "timeout");
            LogUnanswered(call.Vendor, call.Operation, "timeout");
            return VendorReply.Failed(call.TimedOut());
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

    /// <summary>The kind of fault. The exception message may contain the request's URL, which may contain an address.</summary>
    private static string Fault(Exception e) => (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name;

    /// <summary>
    /// Adds a client that discloses an address in a URL to nobody but the vendor. The factory's loggers write paths, and HttpClient puts
    /// the URL into its activities, which a tracing exporter would pass on. Both are turned off; <see cref="CallAsync"/> logs the
    /// operation instead.
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

    [LoggerMessage(LogLevel.Warning, "{Vendor} did not answer {Operation}: {Fault}")]
    private partial void LogUnanswered(string vendor, string operation, string fault);
}
