using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OptOut.Mailto;

internal static class MailtoRegistration
{
    /// <summary>What a mail sent to us means. Needs the links, the intake and a way to send mail.</summary>
    public static IServiceCollection AddMailto(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MailtoOptions>().Bind(configuration.GetSection("OptOut:Mailto")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailtoOptions>, MailtoOptionsValidator>();
        return services.AddSingleton<MailtoNotice>().AddSingleton<MailtoIntake>();
    }
}
