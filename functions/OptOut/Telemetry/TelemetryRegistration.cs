using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Telemetry;

internal static class TelemetryRegistration
{
    /// <summary>What is measured, whoever listens. Where it goes is decided by whoever runs the product.</summary>
    internal static IServiceCollection AddTelemetry(this IServiceCollection services) => services.AddMetrics().AddSingleton<OptOutMetrics>();
}
