using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.SendGrid;

internal static class SendGridRegistration
{
    /// <summary>E-mail through SendGrid: the vendor, service mail and the two webhooks. Needs the topic catalogue.</summary>
    internal static IServiceCollection AddSendGrid(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SendGridOptions>().Bind(configuration.GetSection(SendGridOptions.Section)).PostConfigure(o => SettingName.ToNames(o.Groups)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>, SendGridOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<SendGridApi>();
        services.AddSingleton<SendGridLists>();
        services.AddSingleton<SendGridGroups>();
        services.AddSingleton(provider => new SendGridMail(provider.GetRequiredService<SendGridApi>(), provider.GetRequiredService<IOptions<SendGridOptions>>()));
        services.AddSingleton<IVendor, SendGridVendor>();
        return services.AddSingleton<IVendorDoor, SendGridDoor>().AddSingleton<IVendorDoor, SendGridInboundDoor>();
    }
}
