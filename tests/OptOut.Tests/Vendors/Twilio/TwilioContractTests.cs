using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Twilio;

public sealed class TwilioContractTests(AzuriteFixture azurite) : VendorContract(azurite, "twilio")
{
    private protected override string TimeoutSetting => "OptOut:Twilio:Timeout";

    private protected override string CredentialSetting => "OptOut:Twilio:AuthTokens:0";

    private TwilioSandbox Twilio => Sandbox.Find<TwilioSandbox>();

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Twilio.IsBlocked(who.Value, TwilioSandbox.Service) && Twilio.IsBlocked(who.Value, TwilioSandbox.Number));

    private protected override Task StopAtVendorAsync(Identifier who)
    {
        Twilio.StopByKeyword(who.Value);
        return Task.CompletedTask;
    }
}
