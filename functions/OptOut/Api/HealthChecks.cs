using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Api;

internal static class HealthChecks
{
    /// <summary>The timeout of each check. The health check framework's own timeout does not use a <see cref="TimeProvider"/>.</summary>
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

    // Opening a sender link is the cheapest operation on the bus that needs no permission beyond sending.
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = time.Limit(HealthChecks.Timeout, cancellationToken);
        await using var sender = bus.CreateSender(Topology.BusTopic);
        using var batch = await sender.CreateMessageBatchAsync(limit.Token);
        return HealthCheckResult.Healthy();
    }
}
