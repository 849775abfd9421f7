using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Portal;

internal static class PortalRegistration
{
    /// <summary>What the controller's own customer portal calls: <see cref="PortalDoor"/>. Needs the catalogue, links, intake and storage.</summary>
    internal static IServiceCollection AddPortal(this IServiceCollection services) => services.AddSingleton<PortalDoor>();
}
