using OptOut.Identity;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridContractTests(AzuriteFixture azurite) : VendorContract(azurite, "sendgrid")
{
    private protected override string TimeoutSetting => "OptOut:SendGrid:Timeout";

    private protected override string CredentialSetting => "OptOut:SendGrid:ApiKey";

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings => [new("OptOut:SendGrid:PullTimeout", "00:00:01")];

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Sandbox.SendGrid.Global.Any(e => e.Email == who.Value));

    private protected override Task StopAtVendorAsync(Identifier who) =>
        Sandbox.SendGrid.ActAsync("unsubscribe", who.Value, sendEvent: false, cancellationToken: Cancel);
}
