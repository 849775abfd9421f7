using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Controller;
using OptOut.DeadLetters;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

internal static class ReconciliationRegistration
{
    /// <summary>
    /// The nightly reconciliation: <see cref="Reconciler"/>. Needs configuration, storage, the catalogue, intake, fan-out and at least SendGrid, which
    /// mails the report.
    /// </summary>
    internal static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.AddOptions<ReconciliationOptions>().BindConfiguration(ReconciliationOptions.Section).ValidateOnStart()
            .PostConfigure<IOptions<ControllerOptions>>((options, controller) =>
                options.PrivacyAddress = options.PrivacyAddress is { Length: > 0 } own ? own : controller.Value.PrivacyAddress);
        services.AddSingleton<IValidateOptions<ReconciliationOptions>, ReconciliationOptionsValidator>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunBlobs>();
        services.AddSingleton<VendorPatience>();
        services.AddSingleton<VendorRepair>();
        services.AddSingleton<PullPhase>();
        services.AddSingleton<ComparePhase>();
        services.AddSingleton<RemovePhase>();
        services.AddSingleton<DenialPhase>();
        services.AddSingleton<VendorStandings>();
        services.AddSingleton<PushPhase>();
        services.AddSingleton<VendorReconciliation>();
        services.AddSingleton<ReportStore>();
        services.AddSingleton<ReportMailer>();
        services.AddSingleton(provider => new Reconciler(
            provider.GetServices<IVendor>(),
            provider.GetRequiredService<RunStore>(),
            provider.GetRequiredService<VendorReconciliation>(),
            provider.GetRequiredService<ReportStore>(),
            provider.GetRequiredService<ReportMailer>(),
            provider.GetRequiredService<DeadLetterCount>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Reconciler>>()));
        return services;
    }
}
