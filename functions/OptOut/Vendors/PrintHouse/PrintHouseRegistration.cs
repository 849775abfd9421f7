using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Records.SuppressionFiles;

namespace OptOut.Vendors.PrintHouse;

internal static class PrintHouseRegistration
{
    /// <summary>
    /// Adds post through a print house if <c>OptOut:PrintHouse</c> is set. Requires the list files and the suppression files.
    /// </summary>
    internal static IServiceCollection AddPrintHouse(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(PrintHouseOptions.Section);
        if (!section.Exists())
            return services;
        services.AddOptions<PrintHouseOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PrintHouseOptions>, PrintHouseOptionsValidator>();
        return services.AddSingleton<IVendor, PrintHouseVendor>().AddSingleton(new SuppressionFile(PrintHouseVendor.Id, Channel.Post));
    }
}
