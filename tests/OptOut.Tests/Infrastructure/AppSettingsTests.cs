using System.Text.RegularExpressions;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Messaging;
using OptOut.Records;

namespace OptOut.Tests.Infrastructure;

/// <summary>The app starts with the settings from the templates and reads each of them, and the settings contain no key.</summary>
public sealed partial class AppSettingsTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_product_starts_with_the_deployed_settings_and_reads_every_one(string environment)
    {
        var settings = new DeployedSettings((await templates.CompileAsync(environment)).AppSettings);

        await StartAsync(settings);

        Assert.Empty(settings.Unread);
    }

    // Covers the README's example and each row of its table.
    [Fact]
    public async Task Every_vendor_can_be_enabled_as_the_README_describes()
    {
        var readme = (await File.ReadAllTextAsync(
            Path.Combine(Templates.Source, "README.md"), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var section = readme[readme.IndexOf("### Other vendors", StringComparison.Ordinal)..readme.IndexOf(
            "### Parties that work with files", StringComparison.Ordinal)];
        var example = section[(section.IndexOf("```bicep", StringComparison.Ordinal) + 8)..section.LastIndexOf(
            "```", StringComparison.Ordinal)].Split("param vaultSettings");
        var rows = section
            .Split('\n')
            .Where(line => line.Contains("OptOut__", StringComparison.Ordinal) && line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split(" | ")[1..])
            .ToList();

        Assert.Equal(8, rows.Count);
        foreach (var columns in rows.Prepend(example))
        {
            var (more, vault) = (
                Settings(columns[0]),
                Settings(columns[1]).Select(s => KeyValuePair.Create(s.Key, $"[@Microsoft.KeyVault(SecretUri={s.Value})]")).ToList());
            Assert.NotEmpty(more);
            var settings = new DeployedSettings((await templates.CompileAsync("prod")).AppSettings.Concat(more).Concat(vault));

            await StartAsync(settings);

            Assert.Empty(settings.Unread);
            // Secrets are in the vault, and Azure accepts every name.
            Assert.All(more, s => Assert.DoesNotMatch(Secret(), s.Key));
            Assert.All(more.Concat(vault), s => Assert.Matches(LinuxName(), s.Key));
        }

        static List<KeyValuePair<string, string>> Settings(string text) =>
            [.. Setting().Matches(text).Select(m => KeyValuePair.Create(m.Groups["name"].Value, m.Groups["value"].Value))];
    }

    [Fact]
    public async Task A_misspelled_setting_is_detected()
    {
        var wrong = (await templates.CompileAsync("prod")).AppSettings.Select(
            s => new KeyValuePair<string, string>(s.Key.Replace("__Authority__", "__Athority__", StringComparison.Ordinal), s.Value));
        var settings = new DeployedSettings(wrong);

        await StartAsync(settings);

        Assert.Equal(["OptOut:Controller:Athority:Name", "OptOut:Controller:Athority:Url"], settings.Unread);
    }

    [Fact]
    public async Task A_missing_setting_is_reported_at_the_start()
    {
        var settings = new DeployedSettings((await templates.CompileAsync("prod")).AppSettings.Where(
            s => s.Key != "OptOut__Controller__Name" && s.Key != "OptOut__Storage__TableEndpoint"));

        var error = (await Assert.ThrowsAsync<AggregateException>(() => StartAsync(settings))).ToString();

        Assert.Contains("OptOut:Controller:Name is empty", error, StringComparison.Ordinal);
        Assert.Contains("OptOut:Storage has neither", error, StringComparison.Ordinal);
    }

    // https://learn.microsoft.com/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Every_connection_uses_the_managed_identity(string environment)
    {
        var settings = (await templates.CompileAsync(environment)).AppSettings;
        string[] connections =
        [
            .. DeclaredFunctions.With<ServiceBusTriggerAttribute>()
                .Select(f => f.Trigger.Connection!)
                .Append("AzureWebJobsStorage")
                .Distinct(),
        ];

        Assert.Equal(["ServiceBus", "AzureWebJobsStorage"], connections);
        Assert.All(connections, connection =>
        {
            Assert.Equal("managedidentity", settings[$"{connection}__credential"]);
            Assert.Equal(settings["AZURE_CLIENT_ID"], settings[$"{connection}__clientId"]);
            Assert.DoesNotContain(connection, settings.Keys);
        });
        Assert.Contains(".serviceBusEndpoint", settings[$"{Topology.Connection}__fullyQualifiedNamespace"], StringComparison.Ordinal);
        Assert.Contains(".primaryEndpoints.blob", settings["AzureWebJobsStorage__blobServiceUri"], StringComparison.Ordinal);
        Assert.Contains("Authorization=AAD", settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_settings_contain_no_secrets(string environment)
    {
        var settings = (await templates.CompileAsync(environment)).AppSettings;

        Assert.All(settings, s => Assert.DoesNotMatch(KeyLike(), s.Value));
        Assert.All(
            settings.Where(s => Secret().IsMatch(s.Key)),
            s => Assert.True(DeployedSettings.IsVaultReference(s.Value), $"{s.Key} is not a reference to the vault."));
        Assert.True(settings.Values.Count(DeployedSettings.IsVaultReference) >= 4);
    }

    // Azure refuses a hyphen, and Linux replaces a full stop by an underscore:
    // https://learn.microsoft.com/azure/app-service/configure-common
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Every_setting_name_is_valid_on_Linux(string environment) =>
        Assert.All((await templates.CompileAsync(environment)).AppSettings.Keys, name => Assert.Matches(LinuxName(), name));

    private static async Task StartAsync(DeployedSettings settings)
    {
        var configuration = new ConfigurationBuilder().Add(settings).Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.NotNull(services.GetRequiredService<StorageAccount>());
        Assert.NotNull(services.GetRequiredService<ServiceBusClient>());
    }

    [GeneratedRegex("AccountKey=|SharedAccess|sig=|BEGIN [A-Z ]*PRIVATE KEY|SG\\.|DefaultEndpointsProtocol", RegexOptions.None, 1000)]
    private static partial Regex KeyLike();

    [GeneratedRegex("(Secret|ApiKey|Token|Password|AccountKey|SigningKey)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("(?<name>OptOut__[A-Za-z0-9_-]+): '(?<value>[^']*)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\A[A-Za-z0-9_]+\z", RegexOptions.None, 1000)]
    private static partial Regex LinuxName();
}
