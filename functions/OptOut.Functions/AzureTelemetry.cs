using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Logging;
using OptOut.Platform.Telemetry;

namespace OptOut.Functions;

/// <summary>
/// Sends telemetry to Application Insights, with the app's identity. host.json sets <c>telemetryMode: OpenTelemetry</c>, so that the host
/// leaves the worker's logs to the worker.
/// </summary>
internal static class AzureTelemetry
{
    // The two settings that the host itself uses (https://learn.microsoft.com/azure/azure-functions/functions-app-settings).
    private const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING",
        Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    public static FunctionsApplicationBuilder AddTelemetry(this FunctionsApplicationBuilder builder)
    {
        builder.Logging.WithoutPaths();
        var telemetry = builder.Services.AddOptOutTelemetry().UseFunctionsWorkerDefaults();
        if (builder.Configuration[ConnectionString] is { Length: > 0 } connectionString)
        {
            telemetry.UseAzureMonitorExporter(exporter =>
            {
                exporter.ConnectionString = connectionString;
                exporter.Credential = Credential(builder.Configuration[Authentication]);
            });
        }

        else
        {
            // The host shows what the worker writes to the console, and nothing else of its log.
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }

        return builder;
    }

    /// <param name="authentication">
    /// <c>Authorization=AAD</c>, and <c>;ClientId=...</c> for a user-assigned identity; null when the connection string is enough.
    /// </param>
    private static TokenCredential? Credential(string? authentication)
    {
        var parts = (authentication ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!parts.TryGetValue("Authorization", out var kind) || !kind.Equals("AAD", StringComparison.OrdinalIgnoreCase))
            return null;
        return parts.TryGetValue("ClientId", out var client)
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client))
            : new DefaultAzureCredential();
    }
}
