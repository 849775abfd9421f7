using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.Sandbox;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

public sealed class EveryVendorTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_vendor_that_accepts_pushes_has_a_contract_test()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Storage = "UseDevelopmentStorage=true", SendGridGroups = OptOutSettings.SendGridGroups }, Cancel);
        var settings = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            sandbox,
            [.. sandbox.Vendors.Select(v => v.Name)]);
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddOptOut(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();

        string[] pushed =
            [.. services.GetServices<IVendor>().Where(v => v.AcceptsPushes).Select(v => v.Name).Order(StringComparer.Ordinal)];

        // A contract test is named after its vendor: the one for print-house is PrintHouseContractTests.
        string[] tested = [.. typeof(VendorContract).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(VendorContract))).Select(
            t => t.Name.ToLowerInvariant())];
        Assert.NotEmpty(pushed);
        Assert.All(pushed, name => Assert.Contains(name.Replace("-", "", StringComparison.Ordinal) + "contracttests", tested));
    }
}
