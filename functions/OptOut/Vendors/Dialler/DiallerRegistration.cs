using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Records.SuppressionFiles;

namespace OptOut.Vendors.Dialler;

internal static class DiallerRegistration
{
    /// <summary>
    /// Adds calls through a call centre: the vendor, its webhook and its nightly do-not-call file. Adds nothing without a section
    /// <c>OptOut:Dialler</c>.
    /// </summary>
    internal static IServiceCollection AddDialler(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(DiallerOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<DiallerOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DiallerOptions>, DiallerOptionsValidator>();
        services.AddSingleton(new SuppressionFile(DiallerVendor.VendorName, Channel.Phone));
        return services.AddSingleton<IVendor, DiallerVendor>().AddSingleton<IVendorWebhook, DiallerWebhook>();
    }
}
