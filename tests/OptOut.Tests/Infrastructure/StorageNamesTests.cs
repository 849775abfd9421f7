using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OptOut.Records;

namespace OptOut.Tests.Infrastructure;

/// <summary>The templates create exactly the tables and containers that the code uses.</summary>
public sealed class StorageNamesTests(Templates templates)
{
    private const string Tables = "Microsoft.Storage/storageAccounts/tableServices/tables",
        Containers = "Microsoft.Storage/storageAccounts/blobServices/containers";

    private static readonly StorageAccount Code = new(
        Options.Create(new StorageOptions { TableEndpoint = new("https://example.com"), BlobEndpoint = new("https://example.com") }),
        new Lazy<TokenCredential>(() => new DefaultAzureCredential()),
        NullLogger<StorageAccount>.Instance, []);

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_tables_and_containers_match_the_code(string environment)
    {
        var deployment = await templates.CompileAsync(environment);

        Assert.Equal(Members<TableClient>(t => t.Name), deployment.Names(Tables));
        Assert.Equal(
            Members<BlobContainerClient>(c => c.Name),
            deployment.Names(Containers, name => name.StartsWith("stdata", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Anchors_are_immutable_for_more_than_a_year()
    {
        Assert.True(ImmutableDays(await templates.CompileAsync("prod"), "anchors") > 365);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Backups_are_immutable_until_a_rule_deletes_them_and_nothing_else(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var rule = Assert.Single(
            deployment.The("Microsoft.Storage/storageAccounts/managementPolicies")["properties"]!["policy"]!["rules"]!.AsArray())!;

        Assert.True(rule["enabled"]!.GetValue<bool>());
        Assert.Equal(["backup/"], rule["definition"]!["filters"]!["prefixMatch"]!.AsArray().Select(Deployment.Text));
        foreach (var blobs in (string[])["baseBlob", "version"])
        {
            Assert.Equal(
                ImmutableDays(deployment, "backup") + 1,
                rule["definition"]!["actions"]![blobs]!["delete"]!["daysAfterCreationGreaterThan"]!.GetValue<int>());
        }
    }

    private static int ImmutableDays(Deployment deployment, string container) => Assert.Single(
        deployment.Create($"{Containers}/immutabilityPolicies"),
        policy => Deployment.Text(policy["id"]).Contains($"/containers/{container}/", StringComparison.Ordinal))
            ["properties"]!["immutabilityPeriodSinceCreationInDays"]!.GetValue<int>();

    private static IEnumerable<string> Members<T>(Func<T, string> name) =>
        typeof(StorageAccount)
            .GetProperties()
            .Where(p => p.PropertyType == typeof(T))
            .Select(p => name((T)p.GetValue(Code)!))
            .Order(StringComparer.Ordinal);
}
