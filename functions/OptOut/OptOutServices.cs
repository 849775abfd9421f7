using Azure.Core;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut;

/// <summary>The whole product as services: the function app and the one-machine host register it by this one call.</summary>
public static class OptOutServices
{
    /// <summary>
    /// Registers everything. Settings stand under <c>OptOut</c>, the bus under <c>ServiceBus</c>; they are checked when the host starts, all
    /// at once, each error naming its setting and the mend.
    /// </summary>
    public static IServiceCollection AddOptOut(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new Lazy<TokenCredential>(() => new DefaultAzureCredential()));
        services.AddBus(configuration);
        return services
            .AddIdentity(configuration)
            .AddLinks(configuration).AddCompany(configuration).AddPlatform(configuration)
            .AddRecords(configuration)
            .AddMessaging(configuration)
            .AddIntake()
            .AddReplies(configuration).AddVendors(configuration)
            .AddDelivery(configuration)
            .AddEvidence(configuration).AddReconciliation(configuration)
            .AddWeb().AddApi();
    }

    // The same setting the triggers' Connection reads: a connection string, or a namespace reached with the app's identity.
    private static void AddBus(this IServiceCollection services, IConfiguration configuration) => services.AddSingleton(provider =>
    {
        // Whoever publishes is waiting, and has the outbox: one quick retry.
        var options = new ServiceBusClientOptions { RetryOptions = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(100), TryTimeout = TimeSpan.FromSeconds(2) } };
        if (configuration[Topology.Connection] is { Length: > 0 } connectionString)
            return new ServiceBusClient(connectionString, options);
        if (configuration[$"{Topology.Connection}:fullyQualifiedNamespace"] is { Length: > 0 } @namespace)
            return new ServiceBusClient(@namespace, provider.GetRequiredService<Lazy<TokenCredential>>().Value, options);
        throw new OptionsValidationException(
            Topology.Connection, typeof(ServiceBusClient), [$"{Topology.Connection} is missing; give a connection string, or {Topology.Connection}__fullyQualifiedNamespace as in 'name.servicebus.windows.net'."]);
    });
}
