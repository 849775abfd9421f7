using Microsoft.Extensions.DependencyInjection;

namespace OptOut.LinkMail;

internal static class LinkMailRegistration
{
    public static IServiceCollection AddLinkMail(this IServiceCollection services) => services
        .AddSingleton<LinkRequestDoor>().AddSingleton<LinkMailPace>().AddSingleton<LinkMailText>().AddSingleton<LinkMailHandler>();
}
