using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace OptOut.Platform.Telemetry;

/// <summary>Selects the telemetry that may leave the process. The host adds the exporters.</summary>
internal static class TelemetryExport
{
    /// <summary>
    /// The product's own spans and metrics: a million opt-outs are paid for by the gigabyte. No spans of the Service Bus client: each
    /// message carries the trace as it is. None of ASP.NET Core, HttpClient or the storage clients: they contain paths, and our paths
    /// contain a person's token or customer number.
    /// </summary>
    public static IOpenTelemetryBuilder AddOptOutTelemetry(this IServiceCollection services) => services.AddOpenTelemetry()
        .WithTracing(traces => traces.AddSource(OptOutTrace.SourceName).AddProcessor(new PathRemover()))
        .WithMetrics(metrics => metrics.AddMeter(OptOutMetrics.MeterName));

    /// <summary>
    /// Removes lines that contain a request's path from every log: ASP.NET Core writes one for each request, HttpClient one for each call.
    /// </summary>
    public static ILoggingBuilder WithoutPaths(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System.Net.Http", LogLevel.Warning)
        .AddFilter("Azure", LogLevel.Warning);

    // Removes paths and queries from spans that others write, such as the Functions worker.
    private sealed class PathRemover : BaseProcessor<Activity>
    {
        // https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ and, before version 1.23, http.*
        private static readonly string[] Paths =
        [
            "url.path", "url.query", "url.full", "url.original", "http.url", "http.target", "http.path",
        ];

        public override void OnEnd(Activity data)
        {
            foreach (var path in Paths)
                data.SetTag(path, null);
        }
    }
}
