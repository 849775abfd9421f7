using Microsoft.Extensions.DependencyInjection;

namespace OptOut.PublicForm;

internal static class PublicFormRegistration
{
    public static IServiceCollection AddPublicForm(this IServiceCollection services) => services.AddSingleton<PublicStop>().AddSingleton<PublicDoor>();
}
