using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut.Vendors.SendGrid;

internal static class SendGridRegistration
{
    /// <summary>Adds e-mail through SendGrid: the vendor, service mail and the two webhooks. Requires the topic catalogue.</summary>
    internal static IServiceCollection AddSendGrid(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<SendGridOptions>()
            .Bind(configuration.GetSection(SendGridOptions.Section))
            .PostConfigure(o => SettingName.NormalizeKeys(o.Groups))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>, SendGridOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<SendGridApi>();
        services.AddSingleton<SendGridLists>();
        services.AddSingleton<SendGridGroups>();
        services.AddSingleton<SendGridMail>().AddSingleton<IMailSender>(provider => provider.GetRequiredService<SendGridMail>());
        services.AddSingleton<IVendor, SendGridVendor>();
        return services.AddSingleton<IVendorWebhook, SendGridWebhook>().AddSingleton<IVendorWebhook, SendGridInboundWebhook>();
    }
}
