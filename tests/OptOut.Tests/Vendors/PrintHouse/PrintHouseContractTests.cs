using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Vendors.PrintHouse;

/// <summary>Its wire is the storage, so it is the storage that fails.</summary>
public sealed class PrintHouseContractTests(AzuriteFixture azurite) : VendorContract(azurite, "print-house")
{
    private StorageInBetween? _between;

    private PrintHouseSandbox House => Sandbox.Find<PrintHouseSandbox>();

    private protected override string TimeoutSetting => "OptOut:PrintHouse:Timeout";

    private protected override string? CredentialSetting => null;

    private protected override Task<bool> IsStoppedThereAsync(Identifier who) => Task.FromResult(
        House.Suppressed().TryGetValue(who.Value, out var stopped) ? stopped != "-" : House.Own.Any(e => PostalKey.TryParse(e.Address, out var own) && own == who));

    private protected override Task StopThereAsync(Identifier who) => House.TellAsync(new PrintHouseEntry(Address(who), TimeProvider.System.GetUtcNow(), "refused"), Cancel);

    private protected override async Task<string> StorageAsync(string storage)
    {
        _between = await StorageInBetween.StartAsync(storage, There, Cancel);
        return _between.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _between!.DisposeAsync();
    }

    // As somebody at the print house writes it, not as we do.
    private static string Address(Identifier who) => Enumerable.Range(1, 2).Select(n => (Text: $"Kerkstraat {n}, 9000 Gent", Who: n)).First(a => PostalKey.TryParse(a.Text, out var parsed) && parsed == who).Text;
}
