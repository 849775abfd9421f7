using Microsoft.Extensions.DependencyInjection;

namespace OptOut.PhoneAgents;

internal static class PhoneAgentsRegistration
{
    /// <summary>What a call centre's screen calls: <see cref="AgentDoor"/>. Needs the catalogue, the controller, intake, storage and profiles.</summary>
    internal static IServiceCollection AddPhoneAgents(this IServiceCollection services) => services.AddSingleton<AgentIntake>().AddSingleton<AgentDoor>();
}
