using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Dialler;

public sealed class DiallerContractTests(AzuriteFixture azurite) : VendorContract(azurite, "dialler")
{
    private DiallerSandbox Dialler => Sandbox.Find<DiallerSandbox>();

    private protected override string TimeoutSetting => "OptOut:Dialler:Timeout";

    private protected override string CredentialSetting => "OptOut:Dialler:Token";

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) => Task.FromResult(!Dialler.Dial(who.Value));

    private protected override Task StopAtVendorAsync(Identifier who) => Dialler.MarkAsync(who.Value, sendEvent: false, Cancel);
}
