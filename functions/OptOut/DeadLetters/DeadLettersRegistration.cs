using Microsoft.Extensions.DependencyInjection;

namespace OptOut.DeadLetters;

internal static class DeadLettersRegistration
{
    /// <summary>What became of messages nobody could handle: <see cref="DeadLettersDoor"/>, and the count each hour. Needs the bus and telemetry.</summary>
    internal static IServiceCollection AddDeadLetters(this IServiceCollection services) =>
        services.AddSingleton<DeadLetterCount>().AddSingleton<DeadLetterReplay>().AddSingleton<DeadLettersDoor>();
}
