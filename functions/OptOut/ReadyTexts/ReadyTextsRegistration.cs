using Microsoft.Extensions.DependencyInjection;

namespace OptOut.ReadyTexts;

internal static class ReadyTextsRegistration
{
    /// <summary>Texts to paste: <see cref="ReadyTextsDoor"/>. Needs the controller's and the links' options, and codes.</summary>
    internal static IServiceCollection AddReadyTexts(this IServiceCollection services) =>
        services.AddSingleton<ReadyTextWriter>().AddSingleton<ReadyTextsDoor>();
}
