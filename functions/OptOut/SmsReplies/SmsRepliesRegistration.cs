using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OptOut.SmsReplies;

internal static class SmsRepliesRegistration
{
    /// <summary>What an SMS sent to us means, and what is answered. Each SMS gateway asks for it.</summary>
    public static IServiceCollection AddSmsReplies(this IServiceCollection services)
    {
        services.TryAddSingleton<SmsReplyIntake>();
        services.TryAddSingleton<SmsAnswers>();
        return services;
    }
}
