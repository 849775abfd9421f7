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
        var policy = (await templates.CompileAsync("prod")).The($"{Containers}/immutabilityPolicies");

        Assert.Contains("/containers/anchors/", Deployment.Text(policy["id"]), StringComparison.Ordinal);
        Assert.True(policy["properties"]!["immutabilityPeriodSinceCreationInDays"]!.GetValue<int>() > 365);
    }

    private static IEnumerable<string> Members<T>(Func<T, string> name) =>
        typeof(StorageAccount)
            .GetProperties()
            .Where(p => p.PropertyType == typeof(T))
            .Select(p => name((T)p.GetValue(Code)!))
            .Order(StringComparer.Ordinal);
}
