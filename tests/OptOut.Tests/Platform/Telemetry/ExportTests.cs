using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OptOut.Local.Composition;
using OptOut.Platform.Telemetry;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>What leaves the process, and whether anything does.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("OptOut:Telemetry:Console", "false", false)]
    [InlineData("OptOut:Telemetry:Console", "true", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", true)]
    public void On_one_machine_nothing_is_sent_anywhere_unless_a_setting_says_so(string? setting, string? value, bool sent)
    {
        var services = new ServiceCollection();
        services.AddLocalTelemetry(new ConfigurationBuilder().AddInMemoryCollection(setting is null ? [] : [new(setting, value)]).Build());

        Assert.Equal(sent, services.Any(s => s.ServiceType == typeof(TracerProvider)));
    }

    [Fact]
    public void A_path_or_a_query_never_leaves_whoever_wrote_it()
    {
        var sent = new List<Activity>();
        var services = new ServiceCollection();
        using var exporter = new Taken(sent);
        services.AddOptOutTelemetry().WithTracing(traces => traces.AddSource("somebody else's").AddProcessor(new SimpleActivityExportProcessor(exporter)));
        using var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource("somebody else's");

        source.StartActivity("GET /u/{token}")!
            .SetTag("url.path", "/u/TOKEN").SetTag("url.query", "?ref=1").SetTag("url.full", "https://host/u/TOKEN").SetTag("http.target", "/u/TOKEN").SetTag("http.url", "https://host/u/TOKEN")
            .SetTag("http.route", "/u/{token}").Dispose();

        // Sources are heard in the whole process, so also those of the tests that run beside this one.
        Assert.Equal(["http.route=/u/{token}"], Assert.Single(sent, a => a.Source == source).TagObjects.Select(t => $"{t.Key}={t.Value}"));
    }

    // The alarms `silent` and `ledger-mismatches` rest on it: a value said over and over by an instance that lives on would hide that nothing measures any more.
    // Application Insights takes deltas (https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-add-modify#add-custom-metrics).
    [Fact]
    public void A_value_is_told_once_for_each_time_it_was_measured()
    {
        using var exporter = new TakenMetrics();
        using var reader = new BaseExportingMetricReader(exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Delta };
        var services = new ServiceCollection().AddMetrics().AddSingleton<OptOutMetrics>();
        services.AddOptOutTelemetry().WithMetrics(metrics => metrics.AddReader(reader));
        using var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<MeterProvider>();
        var metrics = provider.GetRequiredService<OptOutMetrics>();

        AssertIsTold();
        Assert.Empty(exporter.Collect(reader));
        AssertIsTold();

        // A gauge keeps the latest value, which another test of this process may have measured in between: then once more.
        void AssertIsTold()
        {
            string[] told = [];
            for (var attempt = 0; attempt < 10 && told.Length == 0; attempt++)
            {
                metrics.OutboxSwept(7);
                told = exporter.Collect(reader);
            }

            Assert.Equal(["optout.outbox.depth 7"], told);
        }
    }

    private sealed class TakenMetrics : BaseExporter<Metric>
    {
        private readonly List<string> _taken = [];

        public string[] Collect(BaseExportingMetricReader reader)
        {
            _taken.Clear();
            Assert.True(reader.Collect());
            return [.. _taken];
        }

        // Meters are heard in the whole process: what tests beside this one measure has tags, or another value.
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

    private sealed class Taken(List<Activity> sent) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                lock (sent)
                    sent.Add(activity);
            }

            return ExportResult.Success;
        }
    }
}
