using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Platform.Telemetry;
using OptOut.Reconciliation.Report;
using OptOut.Vendors;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>The queries of the alerts and the workbook use the metric names, tags and tag values that the product emits.</summary>
public sealed partial class SignalNamesTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Every_query_uses_an_existing_metric_with_existing_tags_and_values(string environment)
    {
        var measured = Measure();
        var queries = Queries(await templates.CompileAsync(environment)).Where(q => q.Contains("AppMetrics", StringComparison.Ordinal))
            .ToList();

        Assert.True(queries.Count > 10);
        Assert.All(queries, query =>
        {
            var name = Assert.Single(Name().Matches(query).Select(m => m.Groups["name"].Value).Distinct());
            Assert.True(measured.TryGetValue(name, out var metric), $"No instrument is called {name}.");
            Assert.All(Tag().Matches(query), tag => Assert.Contains(tag.Groups["tag"].Value, metric!.Tags.Keys));

            // For example Status == 'Complete', if Status = tostring(Properties['status']).
            var columns = Tag().Matches(query)
                .ToDictionary(m => m.Groups["column"].Value, m => m.Groups["tag"].Value, StringComparer.Ordinal);
            Assert.All(
                Word().Matches(query).Where(w => w.Groups["column"].Value != "Name"),
                word => Assert.Contains(word.Groups["word"].Value, metric!.Tags[columns[word.Groups["column"].Value]]));

            // A counter is exported as its sum, a gauge as its maximum, a histogram as sum, maximum and count.
            Assert.All(Column().Matches(query), column => Assert.Contains(column.Value, metric!.Columns));
        });
    }

    [Fact]
    public async Task Every_name_in_the_signals_module_is_used_by_a_query()
    {
        var queries = string.Join('\n', Queries(await templates.CompileAsync("prod")));
        var named = Value().Matches(await File.ReadAllTextAsync(
                Path.Combine(Templates.Source, "modules", "signals.bicep"), TestContext.Current.CancellationToken))
            .Select(m => m.Groups["value"].Value)
            .ToList();

        Assert.True(named.Count > 10);
        Assert.All(named, value => Assert.Contains($"'{value}'", queries, StringComparison.Ordinal));
    }

    // The alarm's threshold is in seconds.
    [Fact]
    public void Time_to_stop_is_measured_in_seconds() => Assert.Equal("s", Measure()["optout.stop.duration"].Unit);

    private static IEnumerable<string> Queries(Deployment deployment) =>
        deployment.Create("Microsoft.Insights/scheduledQueryRules").Select(r => Text(r["properties"]!["criteria"]!["allOf"]![0]!["query"]))
            .Concat(
                JsonNode.Parse(Text(deployment.The("Microsoft.Insights/workbooks")["properties"]!["serializedData"]))!["items"]!.AsArray()
                    .Select(i => i!["content"]!["query"]).OfType<JsonNode>().Select(Text));

    private sealed record Measured(string? Unit, string[] Columns, Dictionary<string, HashSet<string>> Tags);

    /// <summary>Calls every method that records a metric, once for each tag value it may use.</summary>
    private static Dictionary<string, Measured> Measure()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var metrics = new OptOutMetrics(factory);
        var measured = new Dictionary<string, Measured>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (!ReferenceEquals(instrument.Meter.Scope, factory))
                    return;
                measured[instrument.Name] = new(
                    instrument.Unit,
                    instrument switch { Counter<long> => ["Sum"], Gauge<long> => ["Max"], _ => ["Sum", "Max", "ItemCount"] },
                    []);
                listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(measured[instrument.Name], tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(measured[instrument.Name], tags));
        listener.Start();

        var calls = new Dictionary<string, Action>(StringComparer.Ordinal)
        {
            [nameof(OptOutMetrics.ChangeRecorded)] = () => Each<Source>(
                source => metrics.ChangeRecorded(source.ToString(), nameof(Decision.Stop))),
            [nameof(OptOutMetrics.StopConfirmed)] = () => Each<Channel>(
                channel => metrics.StopConfirmed("sendgrid", channel.Name(), TimeSpan.FromSeconds(1))),
            [nameof(OptOutMetrics.VendorAnswered)] = () => Array.ForEach(
                ["confirmed", "transient", "gave-up", "rejected"], outcome => metrics.VendorAnswered("sendgrid", outcome)),
            [nameof(OptOutMetrics.WebhookEvents)] = () => Array.ForEach(
                [.. new VendorSignals().Counts], c => metrics.WebhookEvents("sendgrid", c.Kind, 1)),
            [nameof(OptOutMetrics.OutboxSwept)] = () => metrics.OutboxSwept(1),
            [nameof(OptOutMetrics.DeadLettersCounted)] = () => metrics.DeadLettersCounted("email", "Rejected", 1),
            [nameof(OptOutMetrics.VendorReconciled)] = () => Each<VendorRunStatus>(status => metrics.Reconciled(Report(status))),
            [nameof(OptOutMetrics.DriftFound)] = () => metrics.Reconciled(Report(VendorRunStatus.Complete)),
            [nameof(OptOutMetrics.LedgerMismatches)] = () => Array.ForEach(
                [.. Verified().Counts], c => metrics.LedgerMismatches(c.Key, c.Value)),
            [nameof(OptOutMetrics.BackedUp)] = () => Array.ForEach([true, false], metrics.BackedUp),
            [nameof(OptOutMetrics.ConfirmationWithheld)] = metrics.ConfirmationWithheld,
            [nameof(OptOutMetrics.MailUnreadable)] = metrics.MailUnreadable,
            [nameof(OptOutMetrics.MailIgnored)] = () => Array.ForEach(
                ["automatic-reply", "report", "returned"], metrics.MailIgnored),
        };
        Assert.Equal(
            typeof(OptOutMetrics)
                .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Select(m => m.Name)
                .Order(StringComparer.Ordinal),
            calls.Keys.Order(StringComparer.Ordinal));
        foreach (var call in calls.Values)
            call();
        Assert.All(
            measured.Where(m => m.Key is not ("optout.outbox.depth" or "optout.mail.unreadable" or "optout.confirmation.withheld")),
            m => Assert.NotEmpty(m.Value.Tags));
        return measured;
    }

    private static ReconciliationReport Report(VendorRunStatus status) => new()
    {
        RunId = Guid.Empty,
        Started = DateTimeOffset.UnixEpoch,
        Finished = DateTimeOffset.UnixEpoch,
        Verdict = "",
        NeedsAttention = false,
        Vendors =
        [
            new()
            {
                Vendor = "sendgrid",
                Channel = Channel.Email,
                Status = status,
                Comparable = true,
                Started = DateTimeOffset.UnixEpoch,
                From = DateTimeOffset.UnixEpoch,
                Until = DateTimeOffset.UnixEpoch,
                Recorded = 1,
                PushedAgain = 1,
            },
        ],
    };

    private static LedgerReport Verified() => new()
    {
        Started = DateTimeOffset.UnixEpoch,
        Finished = DateTimeOffset.UnixEpoch,
        Verdict = "",
        Anchors = 0,
        AnchorsRead = 0,
        Heads = 0,
        HeadsVerified = 0,
        Subjects = 0,
        Counts = Enum.GetValues<MismatchKind>().ToDictionary(LedgerVerifier.Word, _ => 0, StringComparer.Ordinal),
        Mismatches = [],
    };

    private static void Note(Measured metric, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (tag, word) in tags)
        {
            if (!metric.Tags.TryGetValue(tag, out var words))
                metric.Tags[tag] = words = new(StringComparer.Ordinal);
            words.Add(Convert.ToString(word, CultureInfo.InvariantCulture)!);
        }
    }

    private static void Each<T>(Action<T> call)
        where T : struct, Enum => Array.ForEach(Enum.GetValues<T>(), call);

    [GeneratedRegex("Name == '(?<name>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<column>[A-Z][a-z]+) = tostring\(Properties\['(?<tag>[^']+)'\]\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("(?<column>[A-Z][a-z]+) == '(?<word>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(Sum|Max|ItemCount)\b(?= ?[,)>])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Column();

    [GeneratedRegex("^  [A-Za-z]+: '(?<value>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Value();
}
