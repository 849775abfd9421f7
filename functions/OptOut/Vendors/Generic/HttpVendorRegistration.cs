using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Generic;

internal static class HttpVendorRegistration
{
    /// <summary>
    /// Adds a vendor and its webhook for each entry of <c>OptOut:HttpVendors</c>; adds nothing if there are no entries.
    /// </summary>
    internal static IServiceCollection AddHttpVendors(this IServiceCollection services, IConfiguration configuration)
    {
        var vendors = configuration.GetSection(HttpVendorOptions.Section).GetChildren().ToArray();
        if (vendors.Length > 0)
            services.AddSingleton<IValidateOptions<HttpVendorOptions>, HttpVendorOptionsValidator>();
        foreach (var section in vendors)
        {
            var name = SettingName.FromKey(section.Key);
            services
                .AddOptions<HttpVendorOptions>(name)
                .Bind(section)
                .PostConfigure(o => SettingName.NormalizeKeys(o.Headers))
                .ValidateOnStart();
            services.AddSingleton<IVendor>(provider => Vendor(provider, name));
            services.AddSingleton<IVendorWebhook>(provider => Webhook(provider, name));
        }

        return services;
    }

    private static HttpVendor Vendor(IServiceProvider provider, string name)
    {
        var (options, channel, lists, entries) = Parts(provider, name);
        return new HttpVendor(
            name, channel, options, lists, entries, provider.GetRequiredService<VendorHttp>(), provider.GetRequiredService<TimeProvider>());
    }

    private static HttpVendorWebhook Webhook(IServiceProvider provider, string name)
    {
        var (options, _, _, entries) = Parts(provider, name);
        return new HttpVendorWebhook(name, options, entries, provider.GetRequiredService<SignalIntake>());
    }

    private static (HttpVendorOptions Options, Channel Channel, HttpVendorLists Lists, HttpVendorEntries Entries) Parts(
        IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<HttpVendorOptions>>().Get(name);
        var channel = Channels.TryParse(options.Channel, out var parsed)
            ? parsed
            : throw new InvalidOperationException("The channel is validated when the host starts.");
        var lists = new HttpVendorLists(provider.GetRequiredService<TopicCatalogue>(), channel, options);
        return (
            options,
            channel,
            lists,
            new HttpVendorEntries(channel, lists, provider.GetRequiredService<IOptions<ControllerOptions>>().Value.PhoneRegion));
    }
}
