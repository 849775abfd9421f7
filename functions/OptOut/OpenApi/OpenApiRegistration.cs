using Microsoft.Extensions.DependencyInjection;

namespace OptOut.OpenApi;

internal static class OpenApiRegistration
{
    /// <summary>What all doors take and answer, in one document: <see cref="OpenApiDoor"/>. Needs the links' options.</summary>
    internal static IServiceCollection AddOpenApi(this IServiceCollection services) => services.AddSingleton<OpenApiDoor>();
}
