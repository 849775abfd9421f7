using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Unsubscribe;

internal static class UnsubscribeRegistration
{
    /// <summary>The pages behind a person's link.</summary>
    public static IServiceCollection AddUnsubscribe(this IServiceCollection services) => services
        .AddSingleton<UnsubscribeDoor>().AddSingleton<PreferencesDoor>().AddSingleton<UndoDoor>().AddSingleton<ReceiptDoor>().AddSingleton<ResultPages>();
}
