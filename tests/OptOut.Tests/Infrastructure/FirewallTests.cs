using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>The firewall's own rules, applied to the endpoints the code has. Azure's engine is not here: its order of rules and its regular expressions are.</summary>
public sealed class FirewallTests(Templates templates)
{
    private const string Managed = "managed rules";

    [Theory]
    [InlineData("/u/AAAA")]
    [InlineData("https://optout.example.com/u/AAAA")]
    [InlineData("https://optout.example.com:443/u/AAAA/undo?ref=1")]
    [InlineData("/webhooks/sendgrid/inbound")]
    [InlineData("/unsubscribe")]
    [InlineData("/unsubscribe?lang=nl")]
    [InlineData("/q/ABCDE-FGHJK")]
    public async Task People_mail_clients_and_vendors_pass_without_a_rule_over_what_they_write(string uri) => Assert.Equal("Allow", await VerdictAsync(uri));

    [Theory]
    [InlineData("/admin/functions")]
    [InlineData("/admin/functions?next=/u/AAAA")]
    [InlineData("https://optout.example.com/runtime/webhooks/u/x")]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/apis/x")]
    public async Task Whatever_is_no_endpoint_is_closed(string uri) => Assert.Equal("Block", await VerdictAsync(uri));

    [Fact]
    public async Task Every_endpoint_of_the_code_is_open()
    {
        Assert.NotEmpty(DeclaredFunctions.Paths);
        foreach (var path in DeclaredFunctions.Paths)
            Assert.Equal((path, path.StartsWith("/api/", StringComparison.Ordinal) ? Managed : "Allow"), (path, await VerdictAsync(path)));
    }

    // A mail provider posts thousands of one-clicks from one address, and runs no script.
    [Fact]
    public async Task No_limit_no_challenge_and_no_bot_rule_meets_a_one_click()
    {
        var policy = await PolicyAsync();
        var first = policy["customRules"]!["rules"]!.AsArray().MinBy(r => r!["priority"]!.GetValue<int>())!;

        Assert.Equal(("MatchRule", "Allow"), (Text(first["ruleType"]), Text(first["action"])));
        Assert.True(Matches(first, "/u/AAAA"));
        Assert.DoesNotContain("JSChallenge", policy.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["Microsoft_DefaultRuleSet"], policy["managedRules"]!["managedRuleSets"]!.AsArray().Select(s => Text(s!["ruleSetType"])));
    }

    // RFC 8058 section 3.1: the answer to a one-click must not be a redirect.
    [Fact]
    public async Task Front_endpoint_redirects_nobody_and_keeps_no_page()
    {
        var route = (await templates.CompileAsync("prod")).The("Microsoft.Cdn/profiles/afdEndpoints/routes")["properties"]!;

        Assert.Equal("Disabled", Text(route["httpsRedirect"]));
        Assert.Null(route["cacheConfiguration"]);
    }

    [Fact]
    public async Task The_app_believes_the_client_address_of_front_endpoint_only_where_front_endpoint_is_the_only_way_in()
    {
        Assert.Equal("X-Azure-ClientIP", (await templates.CompileAsync("prod")).AppSettings["OptOut__Limits__ClientAddressHeader"]);
        Assert.False((await templates.CompileAsync("dev")).AppSettings.ContainsKey("OptOut__Limits__ClientAddressHeader"));
    }

    [Fact]
    public async Task Front_endpoint_lets_through_every_route_of_the_app_and_nothing_of_the_Functions_host()
    {
        var route = (await templates.CompileAsync("prod")).The("Microsoft.Cdn/profiles/afdEndpoints/routes")["properties"]!;
        var patterns = route["patternsToMatch"]!.AsArray().Select(p => Text(p)).ToList();

        Assert.All(DeclaredFunctions.Paths, path => Assert.Contains(patterns, p => Passes(p, path)));
        Assert.All(patterns, p => Assert.Contains(DeclaredFunctions.Paths, path => Passes(p, path)));
        Assert.All((string[])["/", "/admin/host/status", "/runtime/webhooks/x", "/index.html"], path => Assert.DoesNotContain(patterns, p => Passes(p, path)));

        static bool Passes(string pattern, string path) => pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase) : path == pattern;
    }

    private async Task<JsonNode> PolicyAsync() => (await templates.CompileAsync("prod")).The("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies")["properties"]!;

    private async Task<string> VerdictAsync(string uri)
    {
        var rules = (await PolicyAsync())["customRules"]!["rules"]!.AsArray().OrderBy(r => r!["priority"]!.GetValue<int>());
        // A limit does nothing until it is passed.
        return rules.Where(r => Text(r!["ruleType"]) == "MatchRule").FirstOrDefault(r => Matches(r!, uri)) is { } rule ? Text(rule["action"]) : Managed;
    }

    private static bool Matches(JsonNode rule, string uri) => rule["matchConditions"]!.AsArray().All(condition =>
    {
        Assert.Equal(("RequestUri", "RegEx"), (Text(condition!["matchVariable"]), Text(condition["operator"])));
        var found = condition["matchValue"]!.AsArray().Any(v => Regex.IsMatch(uri, Text(v), RegexOptions.None, TimeSpan.FromSeconds(1)));
        return found != (condition["negateCondition"]?.GetValue<bool>() ?? false);
    });
}
