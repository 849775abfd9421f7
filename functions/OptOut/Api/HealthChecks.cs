using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Api;

internal static class HealthChecks
{
    /// <summary>How long what is checked may take to answer: the checks' own timeout knows no <see cref="TimeProvider"/>.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public static IServiceCollection AddHealth(this IServiceCollection services) => services
        .AddSingleton<HealthEndpoint>()
        .AddHealthChecks().AddCheck<TablesCheck>(TablesCheck.Name).AddCheck<BusCheck>(BusCheck.Name).Services;
}

internal sealed class TablesCheck(StorageAccount storage, TimeProvider time) : IHealthCheck
{
    public const string Name = "tables";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = time.Limit(HealthChecks.Timeout, cancellationToken);
        await storage.PingAsync(limit.Token);
        return HealthCheckResult.Healthy();
    }
}

internal sealed class BusCheck(ServiceBusClient bus, TimeProvider time) : IHealthCheck
{
    public const string Name = "bus";

    // Opening a sending link is the smallest question the bus answers that needs no right beyond sending.
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = time.Limit(HealthChecks.Timeout, cancellationToken);
        await using var sender = bus.CreateSender(Topology.BusTopic);
        using var batch = await sender.CreateMessageBatchAsync(limit.Token);
        return HealthCheckResult.Healthy();
    }
}
