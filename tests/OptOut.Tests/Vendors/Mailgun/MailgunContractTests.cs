using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Mailgun;

public sealed class MailgunContractTests(AzuriteFixture azurite) : VendorContract(azurite, "mailgun")
{
    private MailgunSandbox Account => Sandbox.Find<MailgunSandbox>();

    private protected override string TimeoutSetting => "OptOut:Mailgun:Timeout";

    private protected override string CredentialSetting => "OptOut:Mailgun:ApiKey";

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings => [new("OptOut:Mailgun:PullTimeout", "00:00:01")];

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Account.Find("unsubscribes", who.Value) is not null);

    private protected override Task StopAtVendorAsync(Identifier who) =>
        Account.ActAsync(who.Value, sendEvent: false, cancellationToken: Cancel);
}
