using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Codes;

internal static class CodesRegistration
{
    public static IServiceCollection AddCodes(this IServiceCollection services) =>
        services.AddSingleton<CodeBook>().AddSingleton<CodeLinks>().AddSingleton<CodeOrderDoor>().AddSingleton<CodeDoor>().AddSingleton<QrDoor>();
}
