using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace OptOut.Tests.Infrastructure;

/// <summary>
/// App settings as the app finds them: what only Azure knows is made up, a Key Vault reference is a secret of 32 bytes, another for each setting. It remembers what was read.
/// </summary>
internal sealed class DeployedSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    public DeployedSettings(IEnumerable<KeyValuePair<string, string>> appSettings, bool onAzure = true)
    {
        foreach (var (name, value) in appSettings)
            Data[name.Replace("__", ":", StringComparison.Ordinal)] = Resolve(name, value);

        // Set for every app in Azure.
        if (onAzure)
            Data["WEBSITE_SITE_NAME"] = "func-optout";
    }

    /// <summary>Settings of the product that nothing in it asked for: a name that is wrong, or no longer exists.</summary>
    public IEnumerable<string> Unread => Data.Keys.Where(k => k.StartsWith("OptOut:", StringComparison.OrdinalIgnoreCase) && !_read.Contains(k)).Order(StringComparer.Ordinal);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override bool TryGet(string key, out string? value)
    {
        _read.Add(key);
        return base.TryGet(key, out value);
    }

    private static string Resolve(string name, string value) => value switch
    {
        _ when !value.StartsWith('[') => value,
        // Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
        _ when IsVaultReference(value) => (name.Contains("WebhookSecrets", StringComparison.Ordinal) || name.Contains("PushSecrets", StringComparison.Ordinal) ? "whsec_" : "")
            + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
        _ when value.Contains(".primaryEndpoints.", StringComparison.Ordinal) => "https://account.example.com/",
        _ when value.Contains(".serviceBusEndpoint", StringComparison.Ordinal) => "bus.example.com",
        _ when value.Contains(".clientId", StringComparison.Ordinal) => "11111111-1111-1111-1111-111111111111",
        _ when value.Contains(".hostName", StringComparison.Ordinal) => "https://optout.example.com",
        _ when value.Contains(".ConnectionString", StringComparison.Ordinal) => "InstrumentationKey=11111111-1111-1111-1111-111111111111",
        _ => throw new InvalidOperationException($"What would Azure make of {value}?"),
    };

    public static bool IsVaultReference(string value) => value.Contains("@Microsoft.KeyVault(SecretUri=", StringComparison.Ordinal);
}
