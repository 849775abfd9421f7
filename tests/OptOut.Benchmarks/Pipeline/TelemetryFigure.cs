using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;
using OptOut.Local.Hosting;
using OptOut.Platform.Telemetry;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>
/// What 1,000 opt-outs send to Application Insights, by its genuine exporter to a server that counts: spans and log lines, before sampling.
/// The functions' spans of this machine stand for those of the Functions worker.
/// </summary>
internal static partial class TelemetryFigure
{
    private const int People = 1000, Callers = 16;

    public static async Task RunAsync()
    {
        Environment.SetEnvironmentVariable("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true");
        var ingestion = new Ingestion();
        await using var server = await ingestion.StartAsync();
        var connection = $"InstrumentationKey={Guid.Empty};IngestionEndpoint={server.Urls.First()}/";
        using var spans = Sdk.CreateTracerProviderBuilder()
            .AddSource(OptOutTrace.SourceName)
            .AddSource(FunctionSpan.SourceName)
            .AddAzureMonitorTraceExporter(o => (o.ConnectionString, o.DisableOfflineStorage, o.SamplingRatio, o.TracesPerSecond) =
                (connection, true, 1, null))
            .Build();
        await using var system = await MeasuredSystem.StartAsync(logging => logging.WithoutPaths()
            .AddOpenTelemetry(log => log.AddAzureMonitorLogExporter(o => (o.ConnectionString, o.DisableOfflineStorage) = (connection, true))));
        await Timing.MeasureAsync(People, Callers, i => system.AnnounceAsync($"T-{i}", $"t{i}@example.com"));
        string[] links = [.. Enumerable.Range(0, People).Select(i => system.LinkOf($"T-{i}"))];
        await FlushAsync();
        ingestion.Forget();

        await Timing.MeasureAsync(People, Callers, i => system.PressLinkAsync(links[i]));
        await system.ConfirmedAsync((long)People * system.EmailVendors, TimeSpan.FromMinutes(3));
        await Task.Delay(TimeSpan.FromSeconds(5));
        await FlushAsync();

        Figure.Print(
            $"telemetry of an opt-out, {system.EmailVendors} vendors, of 1,000",
            string.Create(CultureInfo.InvariantCulture, $"{ingestion.Bytes / People:N0} B"),
            string.Create(CultureInfo.InvariantCulture, $"{ingestion.Sent / People:N0} B compressed"),
            (double)ingestion.Bytes / People / 2048,
            "<= 1 (2 kB)");
        foreach (var (item, count) in ingestion.Items.OrderByDescending(i => i.Value.Bytes))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {item,-54}{count.Number / (double)People,10:N2} x {count.Bytes / count.Number,5:N0} B"));
        }

        async Task FlushAsync()
        {
            spans.ForceFlush();
            await Task.Delay(TimeSpan.FromSeconds(6)); // The exporter of the log sends every five seconds.
        }
    }

    /// <summary>Application Insights' endpoint for telemetry: it takes everything, and counts.</summary>
    private sealed partial class Ingestion
    {
        private readonly Lock _gate = new();

        public long Bytes { get; private set; }

        public long Sent { get; private set; }

        public Dictionary<string, (int Number, long Bytes)> Items { get; } = new(StringComparer.Ordinal);

        public void Forget()
        {
            lock (_gate)
            {
                (Bytes, Sent) = (0, 0);
                Items.Clear();
            }
        }

        public async Task<WebApplication> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Services.AddRoutingCore();
            var app = builder.Build();
            app.MapPost("{**path}", async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                var accepted = Take(body.ToArray(), context.Request.Headers.ContentEncoding == "gzip");
                await context.Response.WriteAsync($$"""{"itemsReceived":{{accepted}},"itemsAccepted":{{accepted}},"errors":[]}""");
            });
            await app.StartAsync();
            return app;
        }

        private int Take(byte[] body, bool isCompressed)
        {
            using var text = new StreamReader(
                isCompressed ? new GZipStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body), Encoding.UTF8);
            var lines = text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lock (_gate)
            {
                Sent += body.Length;
                foreach (var line in lines)
                {
                    Bytes += Encoding.UTF8.GetByteCount(line) + 1;
                    var name = Kind().Match(line).Groups[1].Value + " " + Name().Match(line).Groups[1].Value;
                    var before = Items.GetValueOrDefault(name);
                    Items[name] = (before.Number + 1, before.Bytes + line.Length);
                }
            }

            return lines.Length;
        }

        [GeneratedRegex("\"baseType\":\"([A-Za-z]+)\"")]
        private static partial Regex Kind();

        [GeneratedRegex("\"baseData\":\\{[^{}]*?\"(?:name|message)\":\"([^\"]{1,40})")]
        private static partial Regex Name();
    }
}
