using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Dialler;

internal static class DiallerRegistration
{
    /// <summary>Calls through a call centre: the vendor and its webhook. Nothing where there is no section <c>OptOut:Dialler</c>.</summary>
    internal static IServiceCollection AddDialler(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(DiallerOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<DiallerOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DiallerOptions>, DiallerOptionsValidator>();
        return services.AddSingleton<IVendor, DiallerVendor>().AddSingleton<IVendorDoor, DiallerDoor>();
    }
}
