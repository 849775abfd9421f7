using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Vendors.PrintHouse;

/// <summary>The print house exchanges files through storage, so its failures are those of the storage.</summary>
public sealed class PrintHouseContractTests(AzuriteFixture azurite) : VendorContract(azurite, "print-house")
{
    private FaultyStorageProxy? _proxy;

    private PrintHouseSandbox House => Sandbox.Find<PrintHouseSandbox>();

    private protected override string TimeoutSetting => "OptOut:PrintHouse:Timeout";

    private protected override string? CredentialSetting => null;

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) => Task.FromResult(
        House.Suppressed().TryGetValue(who.Value, out var stopped)
            ? stopped != "-"
            : House.OwnEntries.Any(e => PostalKey.TryParse(e.Address, out var own) && own == who));

    private protected override Task StopAtVendorAsync(Identifier who) =>
        House.AddAsync(new PrintHouseEntry(Address(who), TimeProvider.System.GetUtcNow(), "refused"), Cancel);

    private protected override async Task<string> StorageAsync(string storage)
    {
        _proxy = await FaultyStorageProxy.StartAsync(storage, Remote, Cancel);
        return _proxy.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _proxy!.DisposeAsync();
    }

    // The address as someone at the print house writes it, not in our normalised form.
    private static string Address(Identifier who) => Enumerable.Range(1, 2)
        .Select(n => (Text: $"Kerkstraat {n}, 9000 Gent", Who: n))
        .First(a => PostalKey.TryParse(a.Text, out var parsed) && parsed == who).Text;
}
