using OptOut.Emulators.Sandbox.Generic;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Generic;

/// <summary>The generic vendor with separate topics and a list in pages.</summary>
public sealed class CrmContractTests(AzuriteFixture azurite) : CrmContract(azurite);

/// <summary>The generic vendor with a single list, in lines.</summary>
public sealed class CrmLinesContractTests(AzuriteFixture azurite) : CrmContract(azurite)
{
    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings =>
    [
        .. base.MoreSettings,
        new("OptOut:HttpVendors:crm:PullFormat", "Lines"),
        new("OptOut:HttpVendors:crm:ByTopic", "false"),
    ];
}

public abstract class CrmContract(AzuriteFixture azurite) : VendorContract(azurite, "crm")
{
    private protected override string TimeoutSetting => "OptOut:HttpVendors:crm:Timeout";

    private protected override string CredentialSetting => "OptOut:HttpVendors:crm:BearerToken";

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings =>
        [new("OptOut:HttpVendors:crm:PullTimeout", "00:00:01")];

    private CrmSandbox Crm => Sandbox.Find<CrmSandbox>();

    private protected override Task<bool> IsStoppedAtVendorAsync(Identifier who) =>
        Task.FromResult(Crm.Entries.Any(e => e.Identifier == who.Value && e.Topic is null));

    private protected override Task StopAtVendorAsync(Identifier who) =>
        Crm.ActAsync("unsubscribed", who.Value, "email", sendEvent: false, cancellationToken: Cancel);
}
