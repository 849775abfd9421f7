using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Emulators.Sandbox;
using OptOut.Vendors;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Vendors;

/// <summary>Azure allows no hyphen in the name of an app setting.</summary>
public sealed class SettingNameTests
{
    [Fact]
    public async Task Vendors_registers_and_topics_with_a_hyphen_can_be_set_with_an_underscore()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Storage = "UseDevelopmentStorage=true", SendGridGroups = OptOutSettings.SendGridGroups },
            TestContext.Current.CancellationToken);
        var settings = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            sandbox,
            ["registers", "crm"]);
        foreach (var (name, value) in settings.ToArray())
        {
            if (!name.Contains("do-not-call", StringComparison.Ordinal) && !name.Contains(":crm:", StringComparison.Ordinal))
                continue;
            settings.Remove(name);
            settings[name.Replace("do-not-call", "do_not_call", StringComparison.Ordinal).Replace(
                ":crm:", ":old_crm:", StringComparison.Ordinal)] = value;
        }

        settings["OptOut:Catalogue:Topics:2:Id"] = "3";
        settings["OptOut:Catalogue:Topics:2:Name"] = "garden-days";
        settings["OptOut:Catalogue:Topics:2:Titles:nl"] = "Tuindagen";
        settings["OptOut:Catalogue:Topics:2:Titles:en"] = "Garden days";
        settings["OptOut:SendGrid:Groups:garden_days"] = "103";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();

        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Superset(
            new HashSet<string>(["do-not-call", "robinson", "old-crm"]), services.GetServices<IVendor>().Select(v => v.Name).ToHashSet());
        Assert.Equal(103, services.GetRequiredService<IOptions<SendGridOptions>>().Value.Groups["garden-days"]);
        Assert.Equal(3, services.GetRequiredService<TopicCatalogue>().Topics.Count);
    }
}
