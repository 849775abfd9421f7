using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

internal static class AmazonSesRegistration
{
    /// <summary>Adds e-mail through Amazon SES, service mail included, if <c>OptOut:AmazonSes</c> is set.</summary>
    internal static IServiceCollection AddAmazonSes(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(AmazonSesOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<AmazonSesOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AmazonSesOptions>, AmazonSesOptionsValidator>();
        services.AddSingleton<AmazonSesApi>().AddSingleton<AmazonSesPull>().AddSingleton<IVendor, AmazonSesVendor>();
        services.AddSingleton<SnsAuthenticator>().AddSingleton<AmazonSesEvents>().AddSingleton<IVendorWebhook, AmazonSesWebhook>();
        return services.AddKeyedSingleton<IMailSender, AmazonSesMail>(AmazonSesPull.Vendor);
    }
}
