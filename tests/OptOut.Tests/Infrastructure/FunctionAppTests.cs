using System.Reflection;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using OptOut.Functions;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>What the templates state about the function app matches the code.</summary>
public sealed partial class FunctionAppTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_runtime_is_the_one_that_the_code_is_built_for(string environment)
    {
        var config = (await templates.CompileAsync(environment)).The("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!;

        Assert.Equal("dotnet-isolated", Text(config["runtime"]!["name"]));
        Assert.Equal(
            $".NETCoreApp,Version=v{Text(config["runtime"]!["version"])}",
            typeof(UnsubscribeFunctions).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);
    }

    // A deployment with one of these properties fails: "site configuration properties for Flex Consumption sites is invalid" (error 51021).
    // Settings with these names are reserved for the platform.
    // https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_templates_set_no_property_that_Flex_Consumption_refuses(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var site = deployment.The("Microsoft.Web/sites")["properties"]!.AsObject();
        string[] refused =
        [
            "ftpsState", "use32BitWorkerProcess", "isReserved", "reserved", "isXenon", "alwaysOn", "windowsFxVersion",
            "linuxFxVersion", "netFrameworkVersion", "javaVersion", "powerShellVersion", "pythonVersion",
            "nodeVersion", "preWarmedInstanceCount", "minimumElasticInstanceCount", "functionAppScaleLimit",
            "functionsRuntimeScaleMonitoringEnabled", "numberOfWorkers", "containerSize", "dailyMemoryTimeQuota",
            "appSettings",
        ];

        Assert.DoesNotContain(
            site.Concat(site["siteConfig"]!.AsObject()).Select(p => p.Key),
            name => refused.Contains(name, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(
            deployment.AppSettings.Keys,
            name => name.StartsWith("FUNCTIONS_", StringComparison.Ordinal)
                || name.StartsWith("WEBSITE_", StringComparison.Ordinal)
                || name.StartsWith("SCM_", StringComparison.Ordinal)
                || name == "ENABLE_ORYX_BUILD");
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task At_least_one_HTTP_instance_is_always_ready_and_all_other_always_ready_functions_exist(string environment)
    {
        var ready = (await templates.CompileAsync(environment))
            .The("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!
            .AsArray()
            .ToDictionary(r => Text(r!["name"]), r => r!["instanceCount"]!.GetValue<int>(), StringComparer.Ordinal);

        Assert.True(ready["http"] >= 1);
        Assert.All(
            ready.Keys.Where(name => name != "http"),
            name => Assert.Contains(
                name, DeclaredFunctions.All.Where(f => f.Trigger is not HttpTriggerAttribute).Select(f => $"function:{f.Name}")));
    }

    // The host would put its own prefix before every route. The firewall's rules and the links in mails would then no longer match.
    [Fact]
    public void Routes_have_no_prefix()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));

        Assert.Equal("", host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public async Task Azd_deploys_to_the_app_that_is_tagged_with_the_service_name()
    {
        var app = (await templates.CompileAsync("prod")).The("Microsoft.Web/sites");
        var yaml = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "azure.yaml"));

        Assert.Equal("prod", Text(app["tags"]!["azd-env-name"]));
        Assert.Contains(
            $"  {Text(app["tags"]!["azd-service-name"])}:\n    project: "
                + "functions/OptOut.Functions\n    language: dotnet\n    host: function\n",
            yaml.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains("  path: infra-bicep\n", yaml.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.All(
            Script().Matches(yaml).Select(m => m.Value),
            script => Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, script)), script));
    }

    [GeneratedRegex(@"infra-bicep/[a-z]+/[a-z]+\.(sh|ps1)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();
}
