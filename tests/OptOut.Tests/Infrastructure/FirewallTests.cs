using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>
/// Applies the firewall's rules to the endpoints of the code. The tests do not run Azure's engine, but they apply the rules in its order
/// and with its regular expressions.
/// </summary>
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
    public async Task People_mail_clients_and_vendors_pass_without_the_managed_rules(string uri) =>
        Assert.Equal("Allow", await VerdictAsync(uri));

    [Theory]
    [InlineData("/admin/functions")]
    [InlineData("/admin/functions?next=/u/AAAA")]
    [InlineData("https://optout.example.com/runtime/webhooks/u/x")]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/apis/x")]
    public async Task A_path_that_is_not_an_endpoint_is_blocked(string uri) => Assert.Equal("Block", await VerdictAsync(uri));

    [Fact]
    public async Task Every_endpoint_of_the_code_is_reachable()
    {
        Assert.NotEmpty(DeclaredFunctions.Paths);
        foreach (var path in DeclaredFunctions.Paths)
            Assert.Equal((path, path.StartsWith("/api/", StringComparison.Ordinal) ? Managed : "Allow"), (path, await VerdictAsync(path)));
    }

    // A mail provider posts thousands of one-clicks from one address and runs no JavaScript.
    [Fact]
    public async Task No_rate_limit_challenge_or_bot_rule_applies_to_a_one_click()
    {
        var policy = await PolicyAsync();
        var first = policy["customRules"]!["rules"]!.AsArray().MinBy(r => r!["priority"]!.GetValue<int>())!;

        Assert.Equal(("MatchRule", "Allow"), (Text(first["ruleType"]), Text(first["action"])));
        Assert.True(Matches(first, "/u/AAAA"));
        Assert.DoesNotContain("JSChallenge", policy.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            ["Microsoft_DefaultRuleSet"], policy["managedRules"]!["managedRuleSets"]!.AsArray().Select(s => Text(s!["ruleSetType"])));
    }

    // RFC 8058 section 3.1: the response to a one-click must not be a redirect.
    [Fact]
    public async Task Front_Door_does_not_redirect_and_caches_nothing()
    {
        var route = (await templates.CompileAsync("prod")).The("Microsoft.Cdn/profiles/afdEndpoints/routes")["properties"]!;

        Assert.Equal("Disabled", Text(route["httpsRedirect"]));
        Assert.Null(route["cacheConfiguration"]);
    }

    [Fact]
    public async Task The_app_trusts_the_client_address_from_Front_Door_only_if_all_traffic_comes_through_Front_Door()
    {
        Assert.Equal("X-Azure-ClientIP", (await templates.CompileAsync("prod")).AppSettings["OptOut__Limits__ClientAddressHeader"]);
        Assert.False((await templates.CompileAsync("dev")).AppSettings.ContainsKey("OptOut__Limits__ClientAddressHeader"));
    }

    [Fact]
    public async Task Front_Door_passes_every_route_of_the_app_and_nothing_of_the_Functions_host()
    {
        var route = (await templates.CompileAsync("prod")).The("Microsoft.Cdn/profiles/afdEndpoints/routes")["properties"]!;
        var patterns = route["patternsToMatch"]!.AsArray().Select(p => Text(p)).ToList();

        Assert.All(DeclaredFunctions.Paths, path => Assert.Contains(patterns, p => Passes(p, path)));
        Assert.All(patterns, p => Assert.Contains(DeclaredFunctions.Paths, path => Passes(p, path)));
        Assert.All(
            (string[])["/", "/admin/host/status", "/runtime/webhooks/x", "/index.html"],
            path => Assert.DoesNotContain(patterns, p => Passes(p, path)));

        static bool Passes(string pattern, string path) =>
            pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase) : path == pattern;
    }

    private async Task<JsonNode> PolicyAsync() =>
        (await templates.CompileAsync("prod")).The("Microsoft.Network/FrontDoorWebApplicationFirewallPolicies")["properties"]!;

    private async Task<string> VerdictAsync(string uri)
    {
        var rules = (await PolicyAsync())["customRules"]!["rules"]!.AsArray().OrderBy(r => r!["priority"]!.GetValue<int>());
        // A rate limit has no effect until it is exceeded.
        return rules.Where(r => Text(r!["ruleType"]) == "MatchRule").FirstOrDefault(r => Matches(r!, uri)) is { } rule
            ? Text(rule["action"])
            : Managed;
    }

    private static bool Matches(JsonNode rule, string uri) => rule["matchConditions"]!.AsArray().All(condition =>
    {
        Assert.Equal(("RequestUri", "RegEx"), (Text(condition!["matchVariable"]), Text(condition["operator"])));
        var found = condition["matchValue"]!.AsArray().Any(v => Regex.IsMatch(uri, Text(v), RegexOptions.None, TimeSpan.FromSeconds(1)));
        return found != (condition["negateCondition"]?.GetValue<bool>() ?? false);
    });
}
