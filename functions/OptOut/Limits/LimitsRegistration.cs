using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OptOut.Limits;

internal static class LimitsRegistration
{
    public static IServiceCollection AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LimitOptions>().Bind(configuration.GetSection("OptOut:Limits")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>>(new LimitOptionsValidator(configuration));
        return services.AddSingleton<RequestLimits>().AddSingleton<TooManyAnswer>();
    }
}
