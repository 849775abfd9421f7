using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Postmark;

public sealed class PostmarkContractTests(AzuriteFixture azurite) : VendorContract(azurite, "postmark")
{
    private PostmarkSandbox Server => Sandbox.Find<PostmarkSandbox>();

    private protected override string TimeoutSetting => "OptOut:Postmark:Timeout";

    private protected override string CredentialSetting => "OptOut:Postmark:ServerToken";

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings => [new("OptOut:Postmark:PullTimeout", "00:00:01")];

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Server.Find("broadcast", who.Value) is not null);

    private protected override Task StopAtVendorAsync(Identifier who) =>
        Server.ActAsync(who.Value, sendEvent: false, cancellationToken: Cancel);
}
