using OptOut.Consent;
using OptOut.Local.DemoPage;
using OptOut.Vendors;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>One opt-out through any entry point stops e-mail, SMS, phone and post, and every vendor of every channel confirms it.</summary>
public sealed class EveryEntryPointTests(EveryVendorHost every) : IClassFixture<EveryVendorHost>
{
    private static int _number;

    public static TheoryData<string> Every => [.. EntryPoints.All.Keys];

    [Theory]
    [MemberData(nameof(Every))]
    public async Task One_opt_out_stops_every_vendor_of_every_channel_with_one_entry_in_the_ledger(string name)
    {
        var (host, entryPoint) = (every.Host, EntryPoints.All[name]);
        var number = Interlocked.Increment(ref _number);
        var who = await Person.NewAsync(host, $"entry-{number}", number);
        var bystander = await Person.NewAsync(host, $"bystander-{number}", 500 + number);

        await entryPoint.StopAsync(host, who);

        var change = Assert.Single(await host.LedgerAsync(who.Subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, entryPoint.Source, entryPoint.Vendor),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        var vendors = host.Services<IVendor>().Where(v => v.AcceptsPushes).ToList();
        Assert.Equal(Channels.All, vendors.Select(v => v.Channel).Distinct().Order());
        foreach (var vendor in vendors)
        {
            // Does not wait for a particular event: a vendor that writes whole seconds dates it before the moment the
            // person was registered here.
            var row = await host.ConfirmedAsync(who.Subject, vendor: vendor.Name);
            Assert.Equal(StopSet.Everything, Assert.Single(row.Stops).Value);
            await OptOutHost.UntilAsync(() => Task.FromResult(IsListed(host, vendor, who)));
            Assert.False(IsListed(host, vendor, bystander), $"{vendor.Name} lists a person who stopped nothing.");
        }

        Assert.All(
            await Task.WhenAll(
                host.CheckAsync("email", who.Email),
                host.CheckAsync("sms", who.Phone),
                host.CheckAsync("phone", who.Phone),
                host.CheckAsync("post", who.Postal)),
            answer => Assert.Equal((false, "stopped"), answer));
        await host.QuietAsync();
        await host.LedgerAsync(who.Subject, 1);
        Assert.Empty(await host.LedgerAsync(bystander.Subject));
    }

    private static bool IsListed(OptOutHost host, IVendor vendor, Person who) =>
        VendorLists.From(host.Sandbox.Vendors.Single(v => v.Name == vendor.Name).Describe(), who.ContactPoints).Count > 0;
}
