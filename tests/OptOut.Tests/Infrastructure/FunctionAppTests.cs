using System.Globalization;
using System.Reflection;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cronos;
using Microsoft.Azure.Functions.Worker;
using OptOut.Functions;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>What the templates say of functions, their times and their addresses is true of the code.</summary>
public sealed partial class FunctionAppTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_runtime_is_that_of_the_build(string environment)
    {
        var config = (await templates.OfAsync(environment)).The("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!;

        Assert.Equal("dotnet-isolated", Text(config["runtime"]!["name"]));
        Assert.Equal($".NETCoreApp,Version=v{Text(config["runtime"]!["version"])}", typeof(UnsubscribeFunctions).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Somebody_is_always_ready_for_people_and_whoever_else_waits_exists(string environment)
    {
        var ready = (await templates.OfAsync(environment)).The("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!.AsArray()
            .ToDictionary(r => Text(r!["name"]), r => r!["instanceCount"]!.GetValue<int>(), StringComparer.Ordinal);

        Assert.True(ready["http"] >= 1);
        Assert.All(ready.Keys.Where(name => name != "http"), name => Assert.Contains(name, DeclaredFunctions.All.Where(f => f.Trigger is not HttpTriggerAttribute).Select(f => $"function:{f.Name}")));
    }

    // The host's own prefix would stand before every route, and so before what the firewall lets pass and what stands in mails.
    [Fact]
    public void Routes_are_the_whole_path()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));

        Assert.Equal("", host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public async Task The_alarm_for_a_missing_reconciliation_waits_longer_than_its_timer()
    {
        var alarm = (await templates.OfAsync("prod")).Of("Microsoft.Insights/scheduledQueryRules").Single(r => Text(r["name"]).EndsWith("-no-reconciliation", StringComparison.Ordinal));
        var hours = int.Parse(Ago().Match(Text(alarm["properties"]!["criteria"]!["allOf"]![0]!["query"])).Groups["hours"].Value, CultureInfo.InvariantCulture);

        var schedule = CronExpression.Parse(DeclaredFunctions.With<TimerTriggerAttribute>().Single(f => f.Name == "Reconcile").Trigger.Schedule, CronFormat.IncludeSeconds);
        var runs = schedule.GetOccurrences(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc)).ToArray();
        var longest = runs.Zip(runs.Skip(1), (a, b) => b - a).Max();

        Assert.True(longest < TimeSpan.FromHours(hours), $"Reconcile runs every {longest}, the alarm looks back {hours} h.");
        Assert.True(longest > TimeSpan.FromHours(hours - 8), $"Reconcile runs every {longest}; looking back {hours} h would find a missing run late.");
    }

    [Fact]
    public async Task Azd_deploys_to_the_app_that_carries_the_service_name()
    {
        var app = (await templates.OfAsync("prod")).The("Microsoft.Web/sites");
        var yaml = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "azure.yaml"));

        Assert.Equal("prod", Text(app["tags"]!["azd-env-name"]));
        Assert.Contains($"  {Text(app["tags"]!["azd-service-name"])}:\n    project: functions/OptOut.Functions\n    language: dotnet\n    host: function\n", yaml.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("  path: infra-bicep\n", yaml.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.All(Script().Matches(yaml).Select(m => m.Value), script => Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, script)), script));
    }

    [GeneratedRegex(@"ago\((?<hours>[0-9]+)h\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ago();

    [GeneratedRegex(@"infra-bicep/[a-z]+/[a-z]+\.(sh|ps1)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();
}
