using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors;

/// <summary>Setting <c>OptOut:ServiceMail</c>: who sends confirmations, links, notices and the nightly report.</summary>
internal sealed class ServiceMailOptions
{
    public const string Section = "OptOut:ServiceMail";

    /// <summary>
    /// The vendor that sends them: sendgrid, postmark or amazon-ses. If not set, the first of these that is configured.
    /// </summary>
    public string? Vendor { get; set; }

    /// <summary>
    /// The sender, which the vendor must have verified. If not set, the controller's name and its privacy address. SendGrid has a setting
    /// of its own, <c>OptOut:SendGrid:From</c>.
    /// </summary>
    public ServiceMailSender From { get; init; } = new();
}

internal sealed class ServiceMailSender
{
    public string Address { get; set; } = "";

    public string Name { get; set; } = "";
}

/// <param name="Name">The vendor that sends service mail; null if none that is configured can.</param>
/// <param name="Configured">The configured vendors that could.</param>
internal sealed record ServiceMailVendor(string? Name, IReadOnlyList<string> Configured);

internal sealed class ServiceMailOptionsValidator(ServiceMailVendor vendor) : IValidateOptions<ServiceMailOptions>
{
    public ValidateOptionsResult Validate(string? name, ServiceMailOptions options)
    {
        var errors = new List<string>();
        if (options.Vendor is { } chosen && !vendor.Configured.Contains(chosen, StringComparer.Ordinal))
        {
            errors.Add($"OptOut:ServiceMail:Vendor is '{chosen}'; give a configured vendor that sends service mail "
                + $"({(vendor.Configured.Count > 0 ? string.Join(" or ", vendor.Configured) : ServiceMail.None)}), or leave it out.");
        }

        if (!EmailAddress.TryParse(options.From.Address, out _))
            errors.Add("OptOut:ServiceMail:From:Address is not an e-mail address; give a sender that the vendor has verified.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

/// <summary>Stands in when no vendor sends service mail: each mail is rejected with a reason, and so reported.</summary>
internal sealed class NoMailSender : IMailSender
{
    public Task<VendorOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken) =>
        Task.FromResult<VendorOutcome>(new VendorOutcome.Rejected($"No vendor that sends service mail is configured: {ServiceMail.None}."));
}

internal static class ServiceMail
{
    public const string None = "configure SendGrid, Postmark or Amazon SES";

    /// <summary>
    /// Adds the sender of service mail, chosen from the vendors that registered one under their name. Must come after the vendors.
    /// </summary>
    public static IServiceCollection AddServiceMail(this IServiceCollection services, IConfiguration configuration)
    {
        string[] configured = [.. services
            .Where(s => s.IsKeyedService && s.ServiceType == typeof(IMailSender))
            .Select(s => s.ServiceKey)
            .OfType<string>()];
        var chosen = configuration[$"{ServiceMailOptions.Section}:{nameof(ServiceMailOptions.Vendor)}"] ?? configured.FirstOrDefault();
        services
            .AddSingleton(new ServiceMailVendor(chosen, configured))
            .AddSingleton<IValidateOptions<ServiceMailOptions>, ServiceMailOptionsValidator>()
            .AddOptions<ServiceMailOptions>()
            .Bind(configuration.GetSection(ServiceMailOptions.Section))
            .PostConfigure<IOptions<ControllerOptions>>((options, controller) =>
            {
                if (string.IsNullOrEmpty(options.From.Address))
                    options.From.Address = controller.Value.PrivacyAddress;
                if (string.IsNullOrEmpty(options.From.Name))
                    options.From.Name = controller.Value.Name;
            })
            .ValidateOnStart();
        return services.AddSingleton(provider => provider.GetKeyedService<IMailSender>(chosen ?? "") ?? new NoMailSender());
    }
}
