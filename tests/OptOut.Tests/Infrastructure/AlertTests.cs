using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml;
using Cronos;
using Microsoft.Azure.Functions.Worker;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>Every alarm notifies the operators, at the threshold from the parameters, and looks back over a long enough window.</summary>
public sealed partial class AlertTests(Templates templates)
{
    private const string LogAlerts = "Microsoft.Insights/scheduledQueryRules", MetricAlerts = "Microsoft.Insights/metricAlerts";

    // For each alarm, the parameter with its threshold and the part of its query that uses it.
    private static readonly Dictionary<string, (string Threshold, string Query)> Rules = new()
    {
        ["dead-letters-by-subscription"] = ("deadLetters", "where Messages > {0}"),
        ["drift"] = ("driftPerDay", "where Differences > {0}"),
        ["time-to-stop"] = (
            "secondsToStop",
            "Seconds = percentilew(Max, ItemCount, 95) by Channel = tostring(Properties['channel']) | where Seconds > {0}"),
        ["server-errors"] = (
            "serverErrors",
            "where toint(ResultCode) >= 500 | summarize Errors = sum(ItemCount) by Function = OperationName | where Errors > {0}"),
        ["outbox"] = ("outboxDepth", "where Waiting > {0}"),
        ["no-reconciliation"] = ("hoursWithoutReconciliation", "Last < ago({0}h)"),
        ["ledger-mismatches"] = (
            "hoursWithoutReconciliation",
            "where Max > 0 | project Kind), (told | summarize Last = max(TimeGenerated) | where isnull(Last) or Last < ago({0}h)"),
        ["no-backup"] = ("hoursWithoutReconciliation", "maxif(TimeGenerated, Status == 'Complete') | where isnull(Last) or Last < ago({0}h)"),
        ["silent"] = ("", "where Sweeps == 0"),
        ["logs-lost"] = ("", "DCRLogErrors | summarize Errors = count() by Stream = InputStreamId | where Errors > 0"),
    };

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Every_alarm_exists_with_its_threshold_from_the_parameters(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var settings = await SettingsAsync(environment);

        Assert.Equal(
            Rules.Keys.Order(StringComparer.Ordinal),
            deployment.Names(LogAlerts).Select(n => n[$"optout-{environment}-".Length..]).Order(StringComparer.Ordinal));
        Assert.All(Rules, rule => Assert.Contains(
            string.Format(
                CultureInfo.InvariantCulture, rule.Value.Query, rule.Value.Threshold.Length > 0 ? settings[rule.Value.Threshold] : ""),
            Query(deployment, rule.Key),
            StringComparison.Ordinal));
        Assert.Equal(
            settings["deadLetters"], deployment.The(MetricAlerts)["properties"]!["criteria"]!["allOf"]![0]!["threshold"]!.ToJsonString());
        Assert.All(settings.Keys, name => Assert.Contains(name, Rules.Values.Select(r => r.Threshold)));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Every_alarm_is_enabled_and_notifies_the_operators(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var operators = deployment.The("Microsoft.Insights/actionGroups");

        Assert.NotEmpty(operators["properties"]!["emailReceivers"]!.AsArray());
        Assert.All(
            deployment.Create(LogAlerts),
            rule => Assert.Equal([Text(operators["id"])], rule["properties"]!["actions"]!["actionGroups"]!.AsArray().Select(Text)));
        Assert.Equal(
            [Text(operators["id"])],
            deployment.The(MetricAlerts)["properties"]!["actions"]!.AsArray().Select(a => Text(a!["actionGroupId"])));
        Assert.All(
            deployment.Create(LogAlerts).Concat(deployment.Create(MetricAlerts)).Append(operators),
            r => Assert.True(r["properties"]!["enabled"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_metric_alert_counts_the_dead_letters_of_the_topic_that_the_code_uses(string environment)
    {
        var criterion = (await templates.CompileAsync(environment)).The(MetricAlerts)["properties"]!["criteria"]!["allOf"]![0]!;

        Assert.Equal("DeadletteredMessages", Text(criterion["metricName"]));
        Assert.Equal([OptOut.Messaging.Topology.BusTopic], criterion["dimensions"]![0]!["values"]!.AsArray().Select(Text));
    }

    // In a shorter window the timer might not have run at all. The alarm would then find no dead letters, or raise a
    // false alarm about silence.
    [Theory]
    [InlineData("dead-letters-by-subscription", "CountDeadLetters")]
    [InlineData("outbox", "SweepOutbox")]
    [InlineData("silent", "SweepOutbox")]
    [InlineData("drift", "Reconcile")]
    [InlineData("no-reconciliation", "Reconcile")]
    [InlineData("ledger-mismatches", "VerifyLedgers")]
    [InlineData("no-backup", "BackUp")]
    public async Task No_alarm_has_a_window_shorter_than_the_interval_of_its_timer(string alarm, string function)
    {
        var deployment = await templates.CompileAsync("prod");
        var window = XmlConvert.ToTimeSpan(Text(Rule(deployment, alarm)["properties"]!["windowSize"]));

        Assert.True(window >= Longest(function), $"{function} runs every {Longest(function)}, {alarm} looks back {window}.");
        Assert.All(
            Bin().Matches(Query(deployment, alarm)),
            bin => Assert.True(
                TimeSpan.FromMinutes(int.Parse(bin.Groups["minutes"].Value, CultureInfo.InvariantCulture)) > Longest(function)));
    }

    [Fact]
    public async Task No_alarm_has_a_window_shorter_than_its_evaluation_frequency() =>
        Assert.All(
            (await templates.CompileAsync("prod")).Create(LogAlerts),
            r => Assert.True(XmlConvert.ToTimeSpan(Text(r["properties"]!["windowSize"])) >= XmlConvert.ToTimeSpan(
                Text(r["properties"]!["evaluationFrequency"]))));

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_alarm_for_a_missing_reconciliation_waits_a_little_longer_than_its_timer(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var hours = int.Parse(Ago().Match(Query(deployment, "no-reconciliation")).Groups["hours"].Value, CultureInfo.InvariantCulture);

        // A run may take as long as the host allows.
        using var host = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "host.json"), TestContext.Current.CancellationToken));
        var run = TimeSpan.Parse(host.RootElement.GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);
        Assert.InRange(TimeSpan.FromHours(hours), Longest("Reconcile") + run, Longest("Reconcile") + run + TimeSpan.FromHours(6));
        Assert.True(
            XmlConvert.ToTimeSpan(Text(Rule(deployment, "no-reconciliation")["properties"]!["windowSize"])) > TimeSpan.FromHours(hours));
    }

    // The README lists the schedules. This test fails when one changes, as a reminder to update the README.
    [Fact]
    public void The_schedules_are_those_in_the_README() => Assert.Equal(
        [
            "AnchorLedgers 0 30 * * * *", "BackUp 0 30 4 * * *", "CountDeadLetters 0 15 * * * *", "Reconcile 0 0 2 * * *",
            "SweepOutbox 0 * * * * *", "VerifyLedgers 0 0 4 * * *", "WriteStatistics 0 5 * * * *",
            "WriteSuppressions 0 0 3 * * *",
        ],
        DeclaredFunctions.With<TimerTriggerAttribute>().Select(f => $"{f.Name} {f.Trigger.Schedule}").Order(StringComparer.Ordinal));

    private static JsonNode Rule(Deployment deployment, string name) =>
        deployment.Create(LogAlerts).Single(r => Text(r["properties"]!["displayName"]) == $"OptOut: {name}");

    private static string Query(Deployment deployment, string name) =>
        Text(Rule(deployment, name)["properties"]!["criteria"]!["allOf"]![0]!["query"]);

    private static TimeSpan Longest(string function)
    {
        var schedule = CronExpression.Parse(
            DeclaredFunctions.With<TimerTriggerAttribute>().Single(f => f.Name == function).Trigger.Schedule, CronFormat.IncludeSeconds);
        var runs = schedule
            .GetOccurrences(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 1, 8, 0, 0, 0, DateTimeKind.Utc))
            .ToArray();
        return runs.Zip(runs.Skip(1), (a, b) => b - a).Max();
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(string environment)
    {
        var file = await File.ReadAllTextAsync(
            Path.Combine(Templates.Source, $"main.{environment}.bicepparam"), TestContext.Current.CancellationToken);
        return Number().Matches(Alarms().Match(file).Value)
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["number"].Value, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"param alarmSettings = \{.*?\n\}", RegexOptions.Singleline, 1000)]
    private static partial Regex Alarms();

    [GeneratedRegex("^  (?<name>[A-Za-z]+): (?<number>[0-9]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"ago\((?<hours>[0-9]+)h\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ago();

    [GeneratedRegex(@"bin\(TimeGenerated, (?<minutes>[0-9]+)m\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bin();
}
