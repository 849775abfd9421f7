using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Mailgun;

internal static class MailgunRegistration
{
    /// <summary>Adds e-mail through Mailgun if <c>OptOut:Mailgun</c> is set.</summary>
    internal static IServiceCollection AddMailgun(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(MailgunOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<MailgunOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailgunOptions>, MailgunOptionsValidator>();
        services.AddSingleton<MailgunApi>().AddSingleton<MailgunPull>().AddSingleton<IVendor, MailgunVendor>();
        services.AddSingleton<MailgunSignature>().AddSingleton<MailgunEvents>().AddSingleton<IVendorWebhook, MailgunWebhook>();
        return services;
    }
}
