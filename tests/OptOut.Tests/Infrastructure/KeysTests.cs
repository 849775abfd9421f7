using System.Text.RegularExpressions;

namespace OptOut.Tests.Infrastructure;

/// <summary>The secrets that the settings refer to, and the script that generates our own.</summary>
public sealed partial class KeysTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_deployment_outputs_the_name_of_every_secret_that_the_app_needs(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var needed = deployment.AppSettings.Values
            .Where(DeployedSettings.IsVaultReference)
            .Select(v => LastName().Match(v).Groups["name"].Value);

        Assert.Equal(
            needed.Order(StringComparer.Ordinal), deployment.Outputs["OPTOUT_SECRET_NAMES"].Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_deployment_has_every_output_that_the_scripts_require()
    {
        var outputs = (await templates.CompileAsync("prod")).Outputs;
        string[] required =
        [
            .. Directory.EnumerateFiles(Templates.Source, "*.sh", SearchOption.AllDirectories)
                .SelectMany(f => Required().Matches(File.ReadAllText(f)))
                .Select(m => m.Groups["name"].Value)
                .Distinct(),
        ];

        Assert.Contains("OPTOUT_SECRET_NAMES", required);
        Assert.All(required, name => Assert.Contains(name, outputs.Keys));
    }

    [Fact]
    public async Task Our_own_secrets_are_generated_once_and_those_of_vendors_must_be_supplied()
    {
        var written = Path.GetTempFileName();
        try
        {
            var (exit, output) = await OperatorScript.RunAsync(
                "keys/make.sh",
                $$"""
                case "$2 $3" in
                'secret list') printf 'link-key-1\ndata-hash-secret\n' ;;
                'secret list-deleted') echo data-key-1 ;;
                'secret set') echo "$7 $(base64 -d "$9" | wc -c | tr -d ' ')" >>'{{written}}' ;;
                esac
                """,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["AZURE_KEY_VAULT_NAME"] = "kv",
                    ["OPTOUT_SECRET_NAMES"] = "data-hash-secret data-key-1 data-key-2 link-key-1 link-key-2 sendgrid-api-key",
                });

            Assert.Equal(1, exit);
            Assert.Contains(
                "The app cannot start before these are in the vault: data-key-1 sendgrid-api-key", output, StringComparison.Ordinal);
            Assert.Contains("data-key-1 was deleted. Bring it back", output, StringComparison.Ordinal);
            // 32 bytes each. Secrets that exist or can be recovered are not replaced.
            Assert.Equal(["data-key-2 32", "link-key-2 32"], await File.ReadAllLinesAsync(written));
        }
        finally
        {
            File.Delete(written);
        }
    }

    // If a secret is missing when the app is created, Azure caches the failure for a day.
    [Fact]
    public async Task The_app_is_told_to_read_the_secrets_again_only_once_all_of_them_exist()
    {
        var called = Path.GetTempFileName();
        try
        {
            var az = $$"""
                case "$1 $2 $3" in
                'keyvault secret list') printf 'link-key-1\nsendgrid-api-key\n' ;;
                'functionapp show --resource-group') echo /subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func ;;
                rest*) echo "$3 $5" >>'{{called}}' ;;
                esac
                """;
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AZURE_KEY_VAULT_NAME"] = "kv",
                ["AZURE_RESOURCE_GROUP"] = "rg",
                ["AZURE_FUNCTION_APP_NAME"] = "func",
                ["OPTOUT_SECRET_NAMES"] = "link-key-1 sendgrid-api-key twilio-auth-token",
            };

            Assert.Equal(1, (await OperatorScript.RunAsync("keys/make.sh", az, settings)).Exit);
            Assert.Empty(await File.ReadAllTextAsync(called, TestContext.Current.CancellationToken));

            settings["OPTOUT_SECRET_NAMES"] = "link-key-1 sendgrid-api-key";
            var (exit, output) = await OperatorScript.RunAsync("keys/make.sh", az, settings);

            Assert.True(exit == 0, output);
            Assert.Equal(
                [
                    "post /subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func"
                        + "/config/configreferences/appsettings/refresh?api-version=2022-03-01",
                ],
                await File.ReadAllLinesAsync(called, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(called);
        }
    }

    [GeneratedRegex(@"secrets/\{1\}/\)', .*'(?<name>[a-z0-9-]+)'\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LastName();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+):\?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Required();
}
