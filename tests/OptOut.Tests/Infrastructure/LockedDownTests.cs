using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>No service accepts a key, and the app's identity has only the roles that it needs.</summary>
public sealed partial class LockedDownTests(Templates templates)
{
    // The permitted roles and their scopes. An Owner of the bus could delete its topic. An Owner of the data could remove the policy
    // that protects the anchors.
    private static readonly HashSet<string> Allowed =
    [
        "storageAccounts/sthost: b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner, for the Functions host
        "storageAccounts/sthost: 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor, for its diagnostic events
        "storageAccounts/stdata: 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor
        "storageAccounts/stdata: ba92f5b4-2d11-453d-a403-e96b0029c9fe", // Storage Blob Data Contributor
        "namespaces/sb-optout-/topics/consent-changes: 090c5cfd-751d-490a-894a-3ce6f1109419", // Azure Service Bus Data Owner
        "vaults/kv-optout-: 4633458b-17de-408a-b874-0445c86b69e6", // Key Vault Secrets User
        "components/appi-optout-: 3913510d-42f4-4e42-8a64-420c390055eb", // Monitoring Metrics Publisher
    ];

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_app_has_only_these_roles(string environment)
    {
        var given = (await templates.CompileAsync(environment)).Create("Microsoft.Authorization/roleAssignments")
            .Select(r => (Id: Text(r["id"]), Role: Text(r["properties"]!["roleDefinitionId"]).Split('/')[^1]))
            .Select(r => (Scope: Scope().Match(r.Id).Groups["scope"].Value, Token: Token().Match(r.Id).Value, r.Role))
            .Select(r => $"{r.Scope.Replace(r.Token, "", StringComparison.Ordinal)}: {r.Role}");

        Assert.Equal(Allowed.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task No_service_accepts_a_key(string environment)
    {
        var deployment = await templates.CompileAsync(environment);

        Assert.Equal(2, deployment.Create("Microsoft.Storage/storageAccounts").Count);
        Assert.All(deployment.Create("Microsoft.Storage/storageAccounts"), account =>
        {
            Assert.False(Is(account, "allowSharedKeyAccess"));
            Assert.False(Is(account, "allowBlobPublicAccess"));
            Assert.True(Is(account, "supportsHttpsTrafficOnly"));
            Assert.Equal("TLS1_2", Text(account["properties"]!["minimumTlsVersion"]));
        });
        Assert.True(Is(deployment.The("Microsoft.ServiceBus/namespaces"), "disableLocalAuth"));
        Assert.True(Is(deployment.The("Microsoft.Insights/components"), "DisableLocalAuth"));
        Assert.All(
            deployment.Create("Microsoft.OperationalInsights/workspaces"),
            workspace => Assert.True(workspace["properties"]!["features"]!["disableLocalAuth"]!.GetValue<bool>()));
        Assert.All(
            deployment.Create("Microsoft.Web/sites/basicPublishingCredentialsPolicies"), policy => Assert.False(Is(policy, "allow")));
        Assert.Equal(["ftp", "scm"], deployment.Names("Microsoft.Web/sites/basicPublishingCredentialsPolicies"));
        Assert.True(Is(deployment.The("Microsoft.Web/sites"), "httpsOnly"));
        var vault = deployment.The("Microsoft.KeyVault/vaults");
        Assert.True(Is(vault, "enableRbacAuthorization") && Is(vault, "enablePurgeProtection") && Is(vault, "enableSoftDelete"));
    }

    [Fact]
    public async Task In_production_storage_bus_and_vault_are_only_reachable_from_the_private_network()
    {
        var deployment = await templates.CompileAsync("prod");

        foreach (var type in (string[])
        [
            "Microsoft.Storage/storageAccounts",
            "Microsoft.ServiceBus/namespaces",
            "Microsoft.KeyVault/vaults",
        ])
        {
            Assert.All(
                deployment.Create(type), r => Assert.Equal("disabled", Text(r["properties"]!["publicNetworkAccess"]), ignoreCase: true));
        }

        Assert.Equal(["blob", "blob", "namespace", "table", "table", "vault"], deployment.Create("Microsoft.Network/privateEndpoints")
            .Select(e => Text(e["properties"]!["privateLinkServiceConnections"]![0]!["properties"]!["groupIds"]![0]))
            .Order(StringComparer.Ordinal));
        Assert.EndsWith(
            "/subnets/app", Text(deployment.The("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]), StringComparison.Ordinal);
        Assert.Equal("Premium", Text(deployment.The("Microsoft.ServiceBus/namespaces")["sku"]!["tier"]));
    }

    [Fact]
    public async Task The_data_is_locked_against_accidental_deletion() =>
        Assert.Contains(
            "/storageAccounts/stdata",
            Text((await templates.CompileAsync("prod")).The("Microsoft.Authorization/locks")["id"]),
            StringComparison.Ordinal);

    private static bool Is(JsonNode resource, string property) => resource["properties"]![property]!.GetValue<bool>();

    [GeneratedRegex(
        @"providers/Microsoft\.[A-Za-z]+/(?<scope>[^ ]*)/providers/Microsoft\.Authorization/roleAssignments/",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Scope();

    // The result of uniqueString, which has thirteen characters.
    [GeneratedRegex("(?<=sthost|stdata|sb-optout-|kv-optout-|appi-optout-)[a-z0-9]{13}", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
