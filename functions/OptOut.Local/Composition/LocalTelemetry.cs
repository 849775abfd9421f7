using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OptOut.Local.Hosting;
using OptOut.Platform.Telemetry;

namespace OptOut.Local.Composition;

/// <summary>
/// Configures telemetry on one machine. It is off by default. <c>OptOut__Telemetry__Console=true</c> writes spans and metrics to the
/// console; <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and the other standard OTLP settings, send both and the log to a collector.
/// </summary>
internal static class LocalTelemetry
{
    public static void AddLocalTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var (console, otlp) = (
            configuration.GetValue<bool>("OptOut:Telemetry:Console"), configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 });
        if (!console && !otlp)
            return;

        var telemetry = services.AddOptOutTelemetry()
            .ConfigureResource(resource => resource.AddService("optout-local"))
            .WithTracing(traces => traces.AddSource(FunctionSpan.SourceName));
        if (console)
            telemetry.WithTracing(traces => traces.AddConsoleExporter()).WithMetrics(metrics => metrics.AddConsoleExporter());
        if (otlp)
            telemetry.WithLogging().UseOtlpExporter();
    }
}
