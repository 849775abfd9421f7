using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Twilio;

internal static class TwilioRegistration
{
    /// <summary>Adds SMS through Twilio: the vendor and its two webhooks. Adds nothing without a section <c>OptOut:Twilio</c>.</summary>
    internal static IServiceCollection AddTwilio(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(TwilioOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<TwilioOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TwilioOptions>, TwilioOptionsValidator>();
        return services
            .AddSingleton<TwilioRequestReader>()
            .AddSingleton<IVendor, TwilioVendor>()
            .AddSingleton<IVendorWebhook, TwilioSmsWebhook>()
            .AddSingleton<IVendorWebhook, TwilioStatusWebhook>();
    }
}
