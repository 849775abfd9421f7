using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OptOut.Links;
using OptOut.Messaging;

namespace OptOut.Vendors.SendGrid;

internal static class SendGridRegistration
{
    /// <summary>
    /// Adds e-mail through SendGrid if <c>OptOut:SendGrid</c> is set: the vendor, service mail and the two webhooks. Only SendGrid receives
    /// mail, so without it links have no mailto form.
    /// </summary>
    internal static IServiceCollection AddSendGrid(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(SendGridOptions.Section);
        if (!section.Exists())
            return services.Configure<LinkOptions>(links => links.ReceivesMail = false);

        services
            .AddOptions<SendGridOptions>()
            .Bind(section)
            .PostConfigure(o => SettingName.NormalizeKeys(o.Groups))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>, SendGridOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<SendGridApi>();
        services.AddSingleton<SendGridLists>();
        services.AddSingleton<SendGridGroups>();
        services.AddKeyedSingleton<IMailSender, SendGridMail>("sendgrid");
        services.AddSingleton<IVendor, SendGridVendor>();
        return services.AddSingleton<IVendorWebhook, SendGridWebhook>().AddSingleton<IVendorWebhook, SendGridInboundWebhook>();
    }
}
