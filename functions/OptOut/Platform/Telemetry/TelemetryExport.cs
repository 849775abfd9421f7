using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace OptOut.Platform.Telemetry;

/// <summary>What of the telemetry may leave the process, whatever it goes to. Whoever runs the product adds where to.</summary>
internal static class TelemetryExport
{
    // Not its receiver: that has a span for each time it looks in vain, every few seconds.
    private static readonly string[] ServiceBus = ["Azure.Messaging.ServiceBus.Message", "Azure.Messaging.ServiceBus.ServiceBusSender", "Azure.Messaging.ServiceBus.ServiceBusProcessor"];

    /// <summary>
    /// The product's own spans and metrics, and the spans of the Service Bus client, which writes the trace into each message so that its readers go on
    /// with it. None of ASP.NET Core, HttpClient or the storage clients: theirs hold paths, and a path of ours holds a person's token or customer number.
    /// </summary>
    /// <remarks>The Service Bus client has spans only where <c>Azure.Experimental.EnableActivitySource</c> is on; the projects that run it say so.</remarks>
    public static IOpenTelemetryBuilder AddOptOutTelemetry(this IServiceCollection services) => services.AddOpenTelemetry()
        .WithTracing(traces => traces.AddSource(OptOutTrace.SourceName).AddSource(ServiceBus).AddProcessor(new NoPaths()))
        .WithMetrics(metrics => metrics.AddMeter(OptOutMetrics.MeterName));

    /// <summary>Keeps lines that hold a request's path from every log: ASP.NET Core writes one for each request, and HttpClient for each call.</summary>
    public static ILoggingBuilder WithoutPaths(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System.Net.Http", LogLevel.Warning)
        .AddFilter("Azure", LogLevel.Warning);

    // For the spans that others add, such as the Functions worker: a path or a query never leaves, whoever wrote it.
    private sealed class NoPaths : BaseProcessor<Activity>
    {
        // https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/ and, before version 1.23 of it, http.*
        private static readonly string[] Paths = ["url.path", "url.query", "url.full", "url.original", "http.url", "http.target", "http.path"];

        public override void OnEnd(Activity data)
        {
            foreach (var path in Paths)
                data.SetTag(path, null);
        }
    }
}
