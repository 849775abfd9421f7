using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.Registers;

internal static class RegistersRegistration
{
    /// <summary>Adds every register that has a section under <c>OptOut:Registers</c>.</summary>
    internal static IServiceCollection AddRegisters(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<RegisterOptions>, RegisterOptionsValidator>();
        foreach (var section in configuration.GetSection(RegisterOptions.Section).GetChildren())
        {
            var name = SettingName.FromKey(section.Key);
            services.AddOptions<RegisterOptions>(name).Bind(section).ValidateOnStart();
            if (Register.Find(name) is { } register)
            {
                services.AddSingleton<IVendor>(provider => new RegisterVendor(
                    register,
                    provider.GetRequiredService<IOptionsMonitor<RegisterOptions>>().Get(name),
                    provider.GetRequiredService<ListFiles>()));
            }
        }

        return services;
    }
}
