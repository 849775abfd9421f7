using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut.Vendors.Postmark;

internal static class PostmarkRegistration
{
    /// <summary>Adds e-mail through Postmark, service mail included, if <c>OptOut:Postmark</c> is set.</summary>
    internal static IServiceCollection AddPostmark(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(PostmarkOptions.Section);
        if (!section.Exists())
            return services;

        services.AddOptions<PostmarkOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PostmarkOptions>, PostmarkOptionsValidator>();
        services.AddSingleton<PostmarkStreams>().AddSingleton<PostmarkApi>().AddSingleton<IVendor, PostmarkVendor>();
        services
            .AddSingleton<PostmarkWebhookAuthenticator>()
            .AddSingleton<PostmarkEvents>()
            .AddSingleton<IVendorWebhook, PostmarkWebhook>();
        return services.AddKeyedSingleton<IMailSender, PostmarkMail>(PostmarkVendor.VendorName);
    }
}
