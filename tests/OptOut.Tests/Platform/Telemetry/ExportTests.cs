using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OptOut.Local.Composition;
using OptOut.Platform.Telemetry;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>Whether telemetry is exported, and what is removed from it first.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("OptOut:Telemetry:Console", "false", false)]
    [InlineData("OptOut:Telemetry:Console", "true", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", true)]
    public void On_a_local_machine_no_telemetry_is_exported_unless_a_setting_says_so(string? setting, string? value, bool sent)
    {
        var services = new ServiceCollection();
        services.AddLocalTelemetry(new ConfigurationBuilder().AddInMemoryCollection(setting is null ? [] : [new(setting, value)]).Build());

        Assert.Equal(sent, services.Any(s => s.ServiceType == typeof(TracerProvider)));
    }

    [Fact]
    public void A_path_or_query_is_never_exported_not_even_from_other_sources()
    {
        var sent = new ConcurrentQueue<Activity>();
        var services = new ServiceCollection();
        using var exporter = new CapturingExporter(sent);
        services.AddOptOutTelemetry().WithTracing(
            traces => traces.AddSource("another source").AddProcessor(new SimpleActivityExportProcessor(exporter)));
        using var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource("another source");

        source.StartActivity("GET /u/{token}")!
            .SetTag("url.path", "/u/TOKEN")
            .SetTag("url.query", "?ref=1")
            .SetTag("url.full", "https://host/u/TOKEN")
            .SetTag("http.target", "/u/TOKEN")
            .SetTag("http.url", "https://host/u/TOKEN")
            .SetTag("http.route", "/u/{token}").Dispose();

        // The listener receives spans from the whole process, including those of tests that run in parallel.
        Assert.Equal(["http.route=/u/{token}"], Assert.Single(sent, a => a.Source == source).TagObjects.Select(t => $"{t.Key}={t.Value}"));
    }

    // The alarms `silent` and `ledger-mismatches` rely on it: an instance that kept repeating an old value would hide that nothing is
    // measured any more. Application Insights uses deltas
    // (https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-add-modify#add-custom-metrics).
    [Fact]
    public void A_value_is_exported_once_for_each_measurement()
    {
        using var exporter = new CapturingMetricExporter();
        using var reader = new BaseExportingMetricReader(exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Delta };
        var services = new ServiceCollection().AddMetrics().AddSingleton<OptOutMetrics>();
        services.AddOptOutTelemetry().WithMetrics(metrics => metrics.AddReader(reader));
        using var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<MeterProvider>();
        var metrics = provider.GetRequiredService<OptOutMetrics>();

        AssertIsExported();
        Assert.Empty(exporter.Collect(reader));
        AssertIsExported();

        // A gauge keeps only the latest value, and another test in this process may measure in between. Then it is measured again.
        void AssertIsExported()
        {
            string[] exported = [];
            for (var attempt = 0; attempt < 1_000 && exported.Length == 0; attempt++)
            {
                metrics.OutboxSwept(7);
                exported = exporter.Collect(reader);
            }

            Assert.Equal(["optout.outbox.depth 7"], exported);
        }
    }

    private sealed class CapturingMetricExporter : BaseExporter<Metric>
    {
        private readonly List<string> _taken = [];

        public string[] Collect(BaseExportingMetricReader reader)
        {
            _taken.Clear();
            Assert.True(reader.Collect());
            return [.. _taken];
        }

        // The exporter receives measurements from the whole process. Those of other tests have tags or another value.
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (var point in metric.GetMetricPoints())
                {
                    if (metric.Name == "optout.outbox.depth" && point.GetGaugeLastValueLong() == 7)
                        _taken.Add($"{metric.Name} {point.GetGaugeLastValueLong()}");
                }
            }

            return ExportResult.Success;
        }
    }

    private sealed class CapturingExporter(ConcurrentQueue<Activity> sent) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
                sent.Enqueue(activity);
            return ExportResult.Success;
        }
    }
}
