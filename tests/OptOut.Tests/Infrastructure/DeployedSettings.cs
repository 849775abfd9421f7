using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace OptOut.Tests.Infrastructure;

/// <summary>
/// App settings as the deployed app reads them. Values that only Azure knows are replaced by examples, and each Key Vault reference by a
/// different secret of 32 bytes. Records which settings were read.
/// </summary>
internal sealed class DeployedSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    public DeployedSettings(IEnumerable<KeyValuePair<string, string>> appSettings, bool onAzure = true)
    {
        foreach (var (name, value) in appSettings)
            Data[name.Replace("__", ":", StringComparison.Ordinal)] = Resolve(name, value);

        // Azure sets it for every app.
        if (onAzure)
            Data["WEBSITE_SITE_NAME"] = "func-optout";
    }

    /// <summary>Settings of the product that were never read: the name is wrong or no longer exists.</summary>
    public IEnumerable<string> Unread => Data.Keys
        .Where(k => k.StartsWith("OptOut:", StringComparison.OrdinalIgnoreCase) && !_read.Contains(k))
        .Order(StringComparer.Ordinal);

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
        _ when IsVaultReference(value) =>
            (name.Contains("WebhookSecrets", StringComparison.Ordinal) || name.Contains("PushSecrets", StringComparison.Ordinal)
                ? "whsec_"
                : "")
                + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
        _ when value.Contains(".primaryEndpoints.", StringComparison.Ordinal) => "https://account.example.com/",
        _ when value.Contains(".serviceBusEndpoint", StringComparison.Ordinal) => "bus.example.com",
        _ when value.Contains(".clientId", StringComparison.Ordinal) => "11111111-1111-1111-1111-111111111111",
        _ when value.Contains(".hostName", StringComparison.Ordinal) => "https://optout.example.com",
        _ when value.Contains(".ConnectionString", StringComparison.Ordinal) => "InstrumentationKey=11111111-1111-1111-1111-111111111111",
        _ => throw new InvalidOperationException($"Unexpected expression {value}."),
    };

    public static bool IsVaultReference(string value) => value.Contains("@Microsoft.KeyVault(SecretUri=", StringComparison.Ordinal);
}
