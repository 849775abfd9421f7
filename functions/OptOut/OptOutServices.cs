using Azure.Core;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut;

/// <summary>Registers the whole product. The function app and the one-machine host both make this one call.</summary>
public static class OptOutServices
{
    /// <summary>
    /// Registers everything. Settings are read from the section <c>OptOut</c>, and the bus from <c>ServiceBus</c>. They are validated
    /// together when the host starts; each error names the setting and the fix.
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

    // The triggers' Connection uses the same setting: a connection string, or a namespace that the app's identity can reach.
    private static void AddBus(this IServiceCollection services, IConfiguration configuration) => services.AddSingleton(provider =>
    {
        // The publisher is waiting and can fall back to the outbox, so one quick retry is enough.
        var options = new ServiceBusClientOptions
        {
            RetryOptions = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(100), TryTimeout = TimeSpan.FromSeconds(2) },
        };
        if (configuration[Topology.Connection] is { Length: > 0 } connectionString)
            return new ServiceBusClient(connectionString, options);
        if (configuration[$"{Topology.Connection}:fullyQualifiedNamespace"] is { Length: > 0 } @namespace)
            return new ServiceBusClient(@namespace, provider.GetRequiredService<Lazy<TokenCredential>>().Value, options);
        throw new OptionsValidationException(
            Topology.Connection,
            typeof(ServiceBusClient),
            [$"{Topology.Connection} is missing; give a connection string, or "
                + $"{Topology.Connection}__fullyQualifiedNamespace as in 'name.servicebus.windows.net'."]);
    });
}
