using OptOut.Emulators.Sandbox.Generic;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Generic;

/// <summary>The generic vendor with each topic apart, its list by pages.</summary>
public sealed class CrmContractTests(AzuriteFixture azurite) : CrmContract(azurite);

/// <summary>The generic vendor with one list, which comes as lines.</summary>
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

    private protected override IEnumerable<KeyValuePair<string, string?>> MoreSettings => [new("OptOut:HttpVendors:crm:PullTimeout", "00:00:01")];

    private CrmSandbox Crm => Sandbox.Find<CrmSandbox>();

    private protected override Task<bool> IsStoppedThereAsync(Identifier who) => Task.FromResult(Crm.Entries.Any(e => e.Identifier == who.Value && e.Topic is null));

    private protected override Task StopThereAsync(Identifier who) => Crm.ActAsync("unsubscribed", who.Value, "email", sendEvent: false, cancellationToken: Cancel);
}
