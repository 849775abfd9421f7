using System.Text.RegularExpressions;

namespace OptOut.Tests.Infrastructure;

/// <summary>The keys that the settings name, and the script that makes ours.</summary>
public sealed partial class KeysTests(Templates templates)
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_operator_is_told_every_secret_that_the_app_needs(string environment)
    {
        var deployment = await templates.CompileAsync(environment);
        var needed = deployment.AppSettings.Values.Where(DeployedSettings.IsVaultReference).Select(v => LastName().Match(v).Groups["name"].Value);

        Assert.Equal(needed.Order(StringComparer.Ordinal), deployment.Outputs["OPTOUT_SECRET_NAMES"].Split(' ').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_deployment_gives_the_scripts_what_they_ask_for()
    {
        var outputs = (await templates.CompileAsync("prod")).Outputs;
        string[] asked = [.. Directory.EnumerateFiles(Templates.Source, "*.sh", SearchOption.AllDirectories).SelectMany(f => Asked().Matches(File.ReadAllText(f))).Select(m => m.Groups["name"].Value).Distinct()];

        Assert.Contains("OPTOUT_SECRET_NAMES", asked);
        Assert.All(asked, name => Assert.Contains(name, outputs.Keys));
    }

    [Fact]
    public async Task Ours_are_made_once_and_a_vendors_is_asked_for()
    {
        var written = Path.GetTempFileName();
        try
        {
            var (exit, said) = await OperatorScript.RunAsync(
                "keys/make.sh",
                $$"""
                case "$2 $3" in
                'secret list') printf 'link-key-1\ndata-hash-secret\n' ;;
                'secret list-deleted') echo data-key-1 ;;
                'secret set') echo "$7 $(base64 -d "$9" | wc -c | tr -d ' ')" >>'{{written}}' ;;
                esac
                """,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["AZURE_KEY_VAULT_NAME"] = "kv", ["OPTOUT_SECRET_NAMES"] = "data-hash-secret data-key-1 data-key-2 link-key-1 link-key-2 sendgrid-api-key" });

            Assert.Equal(1, exit);
            Assert.Contains("The app cannot start before these are in the vault: data-key-1 sendgrid-api-key", said, StringComparison.Ordinal);
            Assert.Contains("data-key-1 was deleted. Bring it back", said, StringComparison.Ordinal);
            // 32 bytes each, and nothing that was there, or can be brought back, is replaced.
            Assert.Equal(["data-key-2 32", "link-key-2 32"], await File.ReadAllLinesAsync(written));
        }
        finally
        {
            File.Delete(written);
        }
    }

    // Of a secret that was missing when the app was made, Azure keeps the failure for a day.
    [Fact]
    public async Task Once_all_are_there_the_app_is_told_to_read_them_and_not_before()
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
            var (exit, said) = await OperatorScript.RunAsync("keys/make.sh", az, settings);

            Assert.True(exit == 0, said);
            Assert.Equal(
                ["post /subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func/config/configreferences/appsettings/refresh?api-version=2022-03-01"],
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
    private static partial Regex Asked();
}
