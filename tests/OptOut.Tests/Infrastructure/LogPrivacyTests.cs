using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>Nothing of a person's path, code or number is kept in a log, though the Functions host and Front Door write whole URLs.</summary>
public sealed partial class LogPrivacyTests(Templates templates)
{
    // Every column that may hold text from a request. https://learn.microsoft.com/azure/azure-monitor/reference/tables/apprequests, and so on
    private static readonly Dictionary<string, string[]> Texts = new()
    {
        ["AppRequests"] = ["Name", "OperationName", "Url", "Properties"],
        ["AppTraces"] = ["Message", "OperationName", "Properties"],
        ["AppDependencies"] = ["Name", "OperationName", "Data", "Target", "Properties"],
        ["AppExceptions"] = ["Message", "OuterMessage", "InnermostMessage", "ProblemId", "Details", "OperationName", "Properties"],
    };

    private static readonly string[] Addresses = ["ClientIP", "ClientCity", "ClientStateOrProvince"];

    // As the host, ASP.NET Core and YARP write them, and as somebody may type them.
    private static readonly string[] Ways =
    [
        "POST {0}", "{0}", "https://optout.example.com{0}", "https://optout.example.com{0}?lang=nl", "{{\"HttpPath\":\"{0}\",\"HttpMethod\":\"POST\"}}",
        "Executing HTTP request: {{\"requestId\":\"1\",\"method\":\"GET\",\"userAgent\":\"Mozilla/5.0\",\"uri\":\"{0}\"}}", "Proxying to http://127.0.0.1:40123{0} HTTP/2",
        "[{{\"message\":\"Failed to forward '{0}'\"}}]", "An unhandled exception at {0}.",
    ];

    // A token, a code, a customer number, a word.
    private static readonly string[] Values = ["AQABaZx_9-kd3hF7QmS0v", "ABCDE-FGHJK", "C-1001", "klant", "1001", "jan%40example.com"];

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Whatever_is_variable_in_a_path_goes(string environment)
    {
        var rules = await RulesAsync(environment);
        var routes = DeclaredFunctions.With<HttpTriggerAttribute>().Select(f => f.Trigger.Route!).Where(r => r.Contains('{', StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(routes);

        foreach (var value in Values)
        {
            // A route's own words are not the person's: only what is filled in is looked for.
            foreach (var path in routes.SelectMany(r => (string[])[$"/{Variable().Replace(r, value)}", $"/{Variable().Replace(r, value).ToUpperInvariant()}"]))
                AssertGone(rules, path, value);
            AssertGone(rules, $"/unsubscribe?code={value}", value);
        }
    }

    // What the test above would say of an endpoint that the rule does not know.
    [Theory]
    [InlineData("/people/klant")]
    [InlineData("/klant")]
    [InlineData("/api/klant")]
    public async Task An_endpoint_that_nobody_thought_of_fails(string path)
    {
        var rules = await RulesAsync("prod");

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertGone(rules, path, "klant"));
    }

    // They belong to no endpoint, so nothing tells where the person begins; but a request's name is the only place that would still hold them.
    [Theory]
    [InlineData("/jan@example.com")]
    [InlineData("/unsubscribe/jan@example.com")]
    [InlineData("/unsubscribe-jan@example.com")]
    [InlineData("/U/jan@example.com")]
    [InlineData("/api/jan@example.com")]
    [InlineData("//u//jan@example.com")]
    public async Task Nor_is_a_request_named_after_what_somebody_typed(string path)
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
    public async Task A_request_is_known_by_its_endpoint(string name, string kept) =>
        Assert.Equal(kept, (await RulesAsync("prod"))["AppRequests"].Create(Row("AppRequests", name))["OperationName"]);

    [Theory]
    [InlineData("Message 0198 is dead-lettered, Rejected: SendGrid answered 404")]
    [InlineData("SendGrid DELETE asm/suppressions/global/{email}")]
    [InlineData("Mailgun DELETE v3/{domain}/unsubscribes/{address}")]
    [InlineData("Route u/{token} of Link")]
    [InlineData("{\"optout.subject\":\"0123456789ABCDEFGHJKMNPQRS\"}")]
    public async Task What_holds_no_path_is_kept_as_it_is(string text)
    {
        var rules = await RulesAsync("prod");

        Assert.Equal(text, rules["AppTraces"].Create(Row("AppTraces", text))["Message"]);
        Assert.Equal(text, rules["AppTraces"].Create(Row("AppTraces", text))["Properties"]);
        Assert.Equal(text, rules["AppDependencies"].Create(Row("AppDependencies", text))["Name"]);
        Assert.Equal(text, rules["AppExceptions"].Create(Row("AppExceptions", text))["Details"]);
    }

    // https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql: those of them that are used.
    [Fact]
    public async Task A_transformation_uses_only_what_transformations_know()
    {
        foreach (var kql in Flows(await templates.CompileAsync("prod")).Values)
            Assert.All(Called().Matches(Quoted().Replace(kql, "''")), call => Assert.Contains(call.Value, (string[])["extract", "iif", "strcat", "tostring", "parse_json"]));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_workspace_is_made_first_and_then_gets_its_rule(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var rule = deployment.The("Microsoft.Insights/dataCollectionRules");
        var workspace = deployment.Create("Microsoft.OperationalInsights/workspaces");

        Assert.Equal("WorkspaceTransforms", Text(rule["kind"]));
        Assert.Equal(2, workspace.Count);
        Assert.Equal(workspace[0]["id"]!.ToJsonString(), workspace[1]["id"]!.ToJsonString());
        // Azure refuses a rule at the making of a workspace, so not even a null.
        Assert.False(workspace[0]["properties"]!.AsObject().ContainsKey("defaultDataCollectionRuleResourceId"));
        Assert.Equal(Text(rule["id"]), Text(workspace[1]["properties"]!["defaultDataCollectionRuleResourceId"]));
        Assert.Equal(Text(workspace[0]["id"]), Text(rule["properties"]!["destinations"]!["logAnalytics"]![0]!["workspaceResourceId"]));
        Assert.Equal(workspace[0]["properties"]!["features"]!.ToJsonString(), workspace[1]["properties"]!["features"]!.ToJsonString());
    }

    // Front Door's two logs write each visitor's address and whole URL, and no transformation reaches them; the function app's write what the host's do.
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task No_other_log_of_visitors_is_kept(string environment)
    {
        var settings = (await templates.CompileAsync(environment)).Create("Microsoft.Insights/diagnosticSettings");

        Assert.Equal(["AuditEvent", "LogErrors", "OperationalLogs"], settings.SelectMany(s => s["properties"]!["logs"]!.AsArray()).Select(l => Text(l!["category"])).Order(StringComparer.Ordinal));
        Assert.All(settings, s => Assert.Matches("/Microsoft.(KeyVault/vaults|ServiceBus/namespaces|Insights/dataCollectionRules)/", Text(s["id"])));
    }

    [Fact]
    public async Task Should_the_firewalls_log_be_turned_on_it_holds_neither_address_nor_URL()
    {
        var scrubbing = (await templates.CompileAsync("prod")).The("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies")["properties"]!["policySettings"]!["logScrubbing"]!;

        Assert.Equal("Enabled", Text(scrubbing["state"]));
        Assert.Equal(["RequestIPAddress", "RequestUri"], scrubbing["scrubbingRules"]!.AsArray().Where(r => Text(r!["state"]) == "Enabled").Select(r => Text(r!["matchVariable"])).Order(StringComparer.Ordinal));
    }

    // These write the path of each request, at the level of information.
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Microsoft.Azure.WebJobs.Script.WebHost.Middleware.SystemTraceMiddleware")]
    [InlineData("System.Net.Http.HttpClient.Default.LogicalHandler")]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder")]
    public void The_hosts_own_lines_about_requests_are_not_written(string category)
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var levels = host.RootElement.GetProperty("logging").GetProperty("logLevel").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString(), StringComparer.Ordinal);

        Assert.Equal("Warning", levels.Where(l => category.StartsWith($"{l.Key}.", StringComparison.Ordinal)).MaxBy(l => l.Key.Length).Value);
    }

    private static void AssertGone(Dictionary<string, Transformation> rules, string path, string value)
    {
        foreach (var text in Ways.Select(way => string.Format(System.Globalization.CultureInfo.InvariantCulture, way, path)))
            Assert.All(rules, rule => Assert.All(rule.Value.Create(Row(rule.Key, text)), column => Assert.False(column.Value.Contains(value, StringComparison.OrdinalIgnoreCase), $"{rule.Key}.{column.Key} keeps {column.Value} of {text}.")));
    }

    private static Dictionary<string, string> Row(string table, string text) =>
        Texts[table].Concat(Addresses).ToDictionary(column => column, column => Addresses.Contains(column) ? "0.0.0.0" : text, StringComparer.Ordinal);

    private async Task<Dictionary<string, Transformation>> RulesAsync(string environment)
    {
        var rules = Flows(await templates.CompileAsync(environment)).ToDictionary(f => f.Key, f => new Transformation(f.Value), StringComparer.Ordinal);
        Assert.Equal(Texts.Keys.Order(StringComparer.Ordinal), rules.Keys.Order(StringComparer.Ordinal));
        return rules;
    }

    private static Dictionary<string, string> Flows(Deployment deployment) => deployment.The("Microsoft.Insights/dataCollectionRules")["properties"]!["dataFlows"]!.AsArray()
        .ToDictionary(f => Text(Assert.Single(f!["streams"]!.AsArray())).Replace("Microsoft-Table-", "", StringComparison.Ordinal), f => Text(f!["transformKql"]), StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"[a-z_]+(?=\()", RegexOptions.None, 1000)]
    private static partial Regex Called();

    [GeneratedRegex("@?'[^']*'", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
