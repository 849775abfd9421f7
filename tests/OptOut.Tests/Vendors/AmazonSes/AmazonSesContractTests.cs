using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.AmazonSes;

public sealed class AmazonSesContractTests(AzuriteFixture azurite) : VendorContract(azurite, "amazon-ses")
{
    private AmazonSesSandbox Account => Sandbox.Find<AmazonSesSandbox>();

    private protected override string TimeoutSetting => "OptOut:AmazonSes:Timeout";

    private protected override string CredentialSetting => "OptOut:AmazonSes:AccessKeyId";

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings => [new("OptOut:AmazonSes:PullTimeout", "00:00:01")];

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Account.Find(who.Value) is { UnsubscribeAll: true });

    private protected override Task StopAtVendorAsync(Identifier who) =>
        Account.ActAsync(who.Value, sendEvent: false, cancellationToken: Cancel);
}
