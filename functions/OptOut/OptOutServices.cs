using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace OptOut;

/// <summary>Placeholder: the composition of the product comes here.</summary>
public static class OptOutServices
{
    public static IServiceCollection AddOptOut(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services;
    }
}
