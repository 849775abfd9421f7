using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>No log keeps a person's token, code or customer number, although the Functions host and Front Door log whole URLs.</summary>
public sealed partial class LogPrivacyTests(Templates templates)
{
    // Every column that may contain text from a request.
    // https://learn.microsoft.com/azure/azure-monitor/reference/tables/apprequests, and so on
    private static readonly Dictionary<string, string[]> Texts = new()
    {
        ["AppRequests"] = ["Name", "OperationName", "Url", "Properties"],
        ["AppTraces"] = ["Message", "OperationName", "Properties"],
        ["AppDependencies"] = ["Name", "OperationName", "Data", "Target", "Properties"],
        ["AppExceptions"] = ["Message", "OuterMessage", "InnermostMessage", "ProblemId", "Details", "OperationName", "Properties"],
    };

    private static readonly string[] Addresses = ["ClientIP", "ClientCity", "ClientStateOrProvince"];

    // Paths as the host, ASP.NET Core and YARP log them, and as a person may type them.
    private static readonly string[] Forms =
    [
        "POST {0}",
        "{0}",
        "https://optout.example.com{0}",
        "https://optout.example.com{0}?lang=nl",
        "{{\"HttpPath\":\"{0}\",\"HttpMethod\":\"POST\"}}",
        "Executing HTTP request: {{\"requestId\":\"1\",\"method\":\"GET\",\"userAgent\":\"Mozilla/5.0\",\"uri\":\"{0}\"}}",
        "Proxying to http://127.0.0.1:40123{0} HTTP/2",
        "[{{\"message\":\"Failed to forward '{0}'\"}}]", "An unhandled exception at {0}.",
    ];

    // Tokens, codes, customer numbers and words.
    private static readonly string[] Values = ["AQABaZx_9-kd3hF7QmS0v", "ABCDE-FGHJK", "C-1001", "klant", "1001", "jan%40example.com"];

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_variable_parts_of_a_path_are_removed(string environment)
    {
        var rules = await RulesAsync(environment);
        var routes = DeclaredFunctions.With<HttpTriggerAttribute>()
            .Select(f => f.Trigger.Route!)
            .Where(r => r.Contains('{', StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(routes);

        foreach (var value in Values)
        {
            // The fixed words of a route are not personal, so only the values filled in are searched for.
            foreach (var path in routes.SelectMany(
                r => (string[])[$"/{Variable().Replace(r, value)}", $"/{Variable().Replace(r, value).ToUpperInvariant()}"]))
            {
                AssertRemoved(rules, path, value);
            }

            AssertRemoved(rules, $"/unsubscribe?code={value}", value);
        }
    }

    // Proves that the test above would fail for an endpoint that the rules do not cover.
    [Theory]
    [InlineData("/people/klant")]
    [InlineData("/klant")]
    [InlineData("/api/klant")]
    public async Task The_check_fails_for_an_endpoint_that_the_rules_do_not_cover(string path)
    {
        var rules = await RulesAsync("prod");

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertRemoved(rules, path, "klant"));
    }

    // These paths belong to no endpoint, so the rules cannot tell where the personal part begins. But the request's name is the only column
    // that would still contain it.
    [Theory]
    [InlineData("/jan@example.com")]
    [InlineData("/unsubscribe/jan@example.com")]
    [InlineData("/unsubscribe-jan@example.com")]
    [InlineData("/U/jan@example.com")]
    [InlineData("/api/jan@example.com")]
    [InlineData("//u//jan@example.com")]
    public async Task The_name_of_a_request_contains_nothing_that_a_person_typed(string path)
    {
        foreach (var name in (string[])[$"GET {path}", path, $"HTTP GET {path}", path.TrimStart('/')])
        {
            var row = (await RulesAsync("prod"))["AppRequests"].Create(Row("AppRequests", name));
            Assert.DoesNotContain(row.Values, v => v.Contains("jan", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("POST u/{token}", "POST u")]
    [InlineData("POST /u/AQAB", "POST /u")]
    [InlineData("GET api/subjects/{id}/preferences", "GET api/subjects")]
    [InlineData("GET /unsubscribe?lang=nl", "GET /unsubscribe")]
    [InlineData("GET /somewhere", "GET")]
    [InlineData("Invoke", "Invoke")]
    [InlineData("ServiceBusProcessor.ProcessMessage", "ServiceBusProcessor.ProcessMessage")]
    [InlineData("function PushEmail", "function PushEmail")]
    public async Task A_request_keeps_the_name_of_its_endpoint(string name, string kept) =>
        Assert.Equal(kept, (await RulesAsync("prod"))["AppRequests"].Create(Row("AppRequests", name))["OperationName"]);

    [Theory]
    [InlineData("Message 0198 is dead-lettered, Rejected: SendGrid answered 404")]
    [InlineData("SendGrid DELETE asm/suppressions/global/{email}")]
    [InlineData("Mailgun DELETE v3/{domain}/unsubscribes/{address}")]
    [InlineData("Route u/{token} of Link")]
    [InlineData("{\"optout.subject\":\"0123456789ABCDEFGHJKMNPQRS\"}")]
    public async Task Text_without_a_path_is_kept_unchanged(string text)
    {
        var rules = await RulesAsync("prod");

        Assert.Equal(text, rules["AppTraces"].Create(Row("AppTraces", text))["Message"]);
        Assert.Equal(text, rules["AppTraces"].Create(Row("AppTraces", text))["Properties"]);
        Assert.Equal(text, rules["AppDependencies"].Create(Row("AppDependencies", text))["Name"]);
        Assert.Equal(text, rules["AppExceptions"].Create(Row("AppExceptions", text))["Details"]);
    }

    // https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql lists the supported functions.
    [Fact]
    public async Task A_transformation_uses_only_functions_that_transformations_support()
    {
        foreach (var kql in Flows(await templates.CompileAsync("prod")).Values)
        {
            Assert.All(
                Called().Matches(Quoted().Replace(kql, "''")),
                call => Assert.Contains(call.Value, (string[])["extract", "iif", "strcat", "tostring", "parse_json"]));
        }
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_workspace_is_created_first_and_then_gets_its_rule(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var rule = deployment.The("Microsoft.Insights/dataCollectionRules");
        var workspace = deployment.Create("Microsoft.OperationalInsights/workspaces");

        Assert.Equal("WorkspaceTransforms", Text(rule["kind"]));
        Assert.Equal(2, workspace.Count);
        Assert.Equal(workspace[0]["id"]!.ToJsonString(), workspace[1]["id"]!.ToJsonString());
        // Azure refuses a rule when a workspace is created, even a null.
        Assert.False(workspace[0]["properties"]!.AsObject().ContainsKey("defaultDataCollectionRuleResourceId"));
        Assert.Equal(Text(rule["id"]), Text(workspace[1]["properties"]!["defaultDataCollectionRuleResourceId"]));
        Assert.Equal(Text(workspace[0]["id"]), Text(rule["properties"]!["destinations"]!["logAnalytics"]![0]!["workspaceResourceId"]));
        Assert.Equal(workspace[0]["properties"]!["features"]!.ToJsonString(), workspace[1]["properties"]!["features"]!.ToJsonString());
    }

    // Front Door's two logs contain each visitor's address and whole URL, and no transformation applies to them. The function app's logs
    // contain what the host's logs do.
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task No_other_log_about_visitors_is_kept(string environment)
    {
        var settings = (await templates.CompileAsync(environment)).Create("Microsoft.Insights/diagnosticSettings");

        Assert.Equal(
            ["AuditEvent", "LogErrors", "OperationalLogs"],
            settings.SelectMany(s => s["properties"]!["logs"]!.AsArray()).Select(l => Text(l!["category"])).Order(StringComparer.Ordinal));
        Assert.All(
            settings,
            s => Assert.Matches("/Microsoft.(KeyVault/vaults|ServiceBus/namespaces|Insights/dataCollectionRules)/", Text(s["id"])));
    }

    [Fact]
    public async Task The_firewall_would_log_neither_the_address_nor_the_URL_if_its_log_were_enabled()
    {
        var scrubbing = (await templates.CompileAsync("prod")).The(
            "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies")["properties"]!["policySettings"]!["logScrubbing"]!;

        Assert.Equal("Enabled", Text(scrubbing["state"]));
        Assert.Equal(
            ["RequestIPAddress", "RequestUri"],
            scrubbing["scrubbingRules"]!
                .AsArray()
                .Where(r => Text(r!["state"]) == "Enabled")
                .Select(r => Text(r!["matchVariable"]))
                .Order(StringComparer.Ordinal));
    }

    // These log the path of each request at level Information.
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Microsoft.Azure.WebJobs.Script.WebHost.Middleware.SystemTraceMiddleware")]
    [InlineData("System.Net.Http.HttpClient.Default.LogicalHandler")]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder")]
    public void The_hosts_own_log_lines_about_requests_are_suppressed(string category)
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var levels = host.RootElement
            .GetProperty("logging")
            .GetProperty("logLevel")
            .EnumerateObject()
            .ToDictionary(l => l.Name, l => l.Value.GetString(), StringComparer.Ordinal);

        Assert.Equal(
            "Warning", levels.Where(l => category.StartsWith($"{l.Key}.", StringComparison.Ordinal)).MaxBy(l => l.Key.Length).Value);
    }

    private static void AssertRemoved(Dictionary<string, Transformation> rules, string path, string value)
    {
        foreach (var text in Forms.Select(form => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, path)))
        {
            Assert.All(
                rules,
                rule => Assert.All(
                    rule.Value.Create(Row(rule.Key, text)),
                    column => Assert.False(
                        column.Value.Contains(value, StringComparison.OrdinalIgnoreCase),
                        $"{rule.Key}.{column.Key} keeps {column.Value} of {text}.")));
        }
    }

    private static Dictionary<string, string> Row(string table, string text) =>
        Texts[table].Concat(Addresses)
            .ToDictionary(column => column, column => Addresses.Contains(column) ? "0.0.0.0" : text, StringComparer.Ordinal);

    private async Task<Dictionary<string, Transformation>> RulesAsync(string environment)
    {
        var rules = Flows(await templates.CompileAsync(environment)).ToDictionary(
            f => f.Key, f => new Transformation(f.Value), StringComparer.Ordinal);
        Assert.Equal(Texts.Keys.Order(StringComparer.Ordinal), rules.Keys.Order(StringComparer.Ordinal));
        return rules;
    }

    private static Dictionary<string, string> Flows(Deployment deployment) =>
        deployment.The("Microsoft.Insights/dataCollectionRules")["properties"]!["dataFlows"]!.AsArray()
            .ToDictionary(
                f => Text(Assert.Single(f!["streams"]!.AsArray())).Replace("Microsoft-Table-", "", StringComparison.Ordinal),
                f => Text(f!["transformKql"]),
                StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"[a-z_]+(?=\()", RegexOptions.None, 1000)]
    private static partial Regex Called();

    [GeneratedRegex("@?'[^']*'", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
