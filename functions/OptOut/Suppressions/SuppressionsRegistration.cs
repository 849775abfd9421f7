using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Suppressions;

internal static class SuppressionsRegistration
{
    /// <summary>The files of every vendor that registers a <see cref="SuppressionFile"/>.</summary>
    internal static IServiceCollection AddSuppressions(this IServiceCollection services) => services.AddSingleton<SuppressionStore>().AddSingleton<SuppressionWriter>();
}
