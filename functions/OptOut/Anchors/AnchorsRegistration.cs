using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OptOut.Anchors;

internal static class AnchorsRegistration
{
    /// <summary>The anchors of the ledgers: <see cref="LedgerHeads"/> notes, <see cref="AnchorWriter"/> writes, <see cref="LedgerVerifier"/> verifies. Needs storage and configuration.</summary>
    internal static IServiceCollection AddAnchors(this IServiceCollection services)
    {
        services.AddOptions<AnchorOptions>().BindConfiguration(AnchorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AnchorOptions>, AnchorOptionsValidator>();
        services.AddSingleton<LedgerHeads>().AddSingleton<AnchorStore>().AddSingleton<AnchorChain>().AddSingleton<LedgerCheck>().AddSingleton<LedgerReports>();
        services.AddSingleton(p => new AnchorWriter(
            p.GetRequiredService<LedgerHeads>(), p.GetRequiredService<AnchorStore>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<AnchorWriter>>()));
        return services.AddSingleton(p => new LedgerVerifier(
            p.GetRequiredService<AnchorStore>(),
            p.GetRequiredService<AnchorChain>(),
            p.GetRequiredService<LedgerHeads>(),
            p.GetRequiredService<LedgerCheck>(),
            p.GetRequiredService<LedgerReports>(),
            p.GetRequiredService<IOptions<AnchorOptions>>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<LedgerVerifier>>()));
    }
}
